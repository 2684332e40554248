"""What a learning resource is, as a kind of record."""

from services.catalog.learning.models import LearningResource
from services.catalog.learning.schemas import LearningResourceWrite
from services.catalog.records.kinds import Kind

LEARNING_RESOURCE = Kind(
    name="learning_resource",
    collection="learning-resources",
    model=LearningResource,
    write=LearningResourceWrite,
    as_feature=None,
)
