"""The Chalice application: registers the redirect, the background Lambdas and the API, and nothing else."""

import gc

# The import creates hundreds of thousands of objects and no garbage: collections would take 6 % of a cold start.
gc.disable()

from chalice.app import Chalice

from chalicelib.http.blueprint import blueprint as api
from chalicelib.lambdas import blueprint as lambdas
from chalicelib.routing.redirect import blueprint as redirect

app = Chalice(app_name="smartlink")
app.register_blueprint(redirect)
app.register_blueprint(lambdas)
app.register_blueprint(api)

# What the import created lives as long as the process: no collection, not even one in the first click, scans it again.
gc.freeze()
gc.enable()
