import json, sys, time
import pytest, httpx
sys.path.insert(0,'/work/main')
from tests.e2e.matching.test_real_data import matching, matches, until_caught_up
async def test_dump(matching, catalog):
    for ref in ('montpellier','grenoble','fes','sfax','bessines','ille-et-vilaine','sefrou','lorient-agglomeration','mouans-sartoux'):
        for l in ('en','fr','ar'):
            json.dump(await matches(matching,ref,lang=l,limit=5),open(f'/tmp/real_{ref}_{l}.json','w'),ensure_ascii=False,indent=1)
    for ref in ('montpellier','grenoble'):
        for q in ({}, {'limit':50},{'theme':'food_waste'}):
            ts=[]
            for _ in range(20):
                t=time.perf_counter(); r=await matching.get(f'/matching/v1/territories/{ref}/matches',params=q); ts.append(time.perf_counter()-t)
            ts.sort(); print(ref,q,len(r.content),'p50',round(ts[10]*1e3,1),'p95',round(ts[18]*1e3,1))
    json.dump((await matching.get('/matching/openapi.json')).json(),open('/tmp/matching_openapi.json','w'),indent=1)
