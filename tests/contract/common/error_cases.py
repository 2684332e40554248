"""Every request to the catalog that provokes a problem; a new one goes into the list of what it is about."""

from tests.contract.common.error_cases_editing import DUPLICATES, EDITING
from tests.contract.common.error_cases_reading import METHODS, READS
from tests.contract.common.error_cases_vocabularies import VOCABULARIES
from tests.contract.common.error_cases_writing import BODIES, CHANGES

CASES = READS + METHODS + BODIES + CHANGES + EDITING + DUPLICATES + VOCABULARIES
