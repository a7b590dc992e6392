import aiohttp
from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/hi")
async def hi(request):
    name = request.query.get("name", "")
    return web.Response(text="<p>" + name + "</p>", content_type="text/html")  # CWE-79


@routes.get("/plain")
async def plain(request):
    return web.Response(text=request.query.get("name", ""), content_type="text/plain")


@routes.get("/file/{name}")
async def file(request):
    return web.FileResponse("/srv/" + request.match_info["name"])  # CWE-22


async def fetch(request: web.Request):
    data = await request.post()
    async with aiohttp.ClientSession() as session:
        async with session.get(data["url"]) as r:  # CWE-918
            return web.json_response(await r.json())


async def leave(request):
    raise web.HTTPFound(request.query["to"])  # CWE-601


async def leave_home(request):
    raise web.HTTPFound("/home")


@web.middleware
async def trace(request, handler):
    response = await handler(request)
    response.headers["X-Version"] = "1"
    return response


app = web.Application(middlewares=[trace])
app.add_routes(routes)
app.router.add_get("/fetch", fetch)
