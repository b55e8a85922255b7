"""The application: registers blueprints, nothing else."""

from chalice.app import Chalice

from chalicelib.contract.api import blueprint as contract
from chalicelib.optimizer.handlers import blueprint as optimizer
from chalicelib.postbacks.handlers import blueprint as postbacks
from chalicelib.routing.api import blueprint as routing
from chalicelib.tracking.handlers import blueprint as tracking

app = Chalice(app_name="smartlink")
app.register_blueprint(routing)
app.register_blueprint(tracking)
app.register_blueprint(postbacks)
app.register_blueprint(optimizer)
app.register_blueprint(contract)
