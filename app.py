"""The Chalice application: registers the redirect, the background Lambdas and the API, and nothing else.

The function that serves only redirects (`ONLY_REDIRECT`) registers nothing else: each visitor of a new process waits
for its imports.
"""

import gc

# The import creates hundreds of thousands of objects and no garbage: collections would take 6 % of a cold start.
gc.disable()

from chalice.app import Chalice

from chalicelib import settings
from chalicelib.routing.redirect import blueprint as redirect

app = Chalice(app_name="smartlink")
app.register_blueprint(redirect)
if not settings.only_redirect():
    from chalicelib.http.blueprint import blueprint as api
    from chalicelib.lambdas import blueprint as lambdas

    app.register_blueprint(lambdas)
    app.register_blueprint(api)

# What the import created lives as long as the process: no collection, not even one in the first click, scans it again.
gc.freeze()
gc.enable()
