"""Examples for the OpenAPI page: a stream of the catalog's, and the first, some and last lines of its snapshot."""

STREAM = """\
id: AAAAAAAAAA8AAAAB5yJKERSMTJuvqBK7DjeqlA
event: initiative.created
data: {"id":"27ec53e8-a704-44ac-b038-4c48fe194ae2","type":"initiative.created",\
"subject":{"type":"initiative","id":"01a2086b-a863-77dc-b5e0-639207a9456f"},"version":1,\
"occurred_at":"2026-11-23T12:40:02.91748Z"}

"""

SNAPSHOT = """\
{"cursor":"AAAAAAAAAA8AAAAB5yJKERSMTJuvqBK7DjeqlA"}
{"type":"network","id":"01a2086b-a6ba-734f-b9c3-25cf5d82646d","version":1,"data":{\
"id":"01a2086b-a6ba-734f-b9c3-25cf5d82646d","slug":"uclg","version":1,"status":"published",\
"created_at":"2026-11-23T12:40:02.490278+00:00","updated_at":"2026-11-23T12:40:02.490278+00:00","owner":null,\
"review_due":"2027-11-23","review_note":null,"name":"CGLU / UCLG","description":{"fr":{"text":"Réseau mondial de \
collectivités cité par Terres en villes parmi ceux qui travaillent en partie sur l’alimentation.",\
"origin":"original"}},"kind":"international","start_year":null,"members":0,"references":{},"sources":[{"title":"Terres \
en villes – coopération internationale et PAT","address":null,"licence":null,"passage":null,"retrieved_at":null}],\
"licence":"CC-BY-4.0"}}
{"counts":{"vocabulary":48,"network":17,"territory":953,"organization":35,"initiative":1280,"cooperation":211,\
"programme":3,"census":2,"learning_resource":18,"funding_call":9,"offer":7,"diagnosis":15,"workshop":5,\
"priority_action":1}}
"""
