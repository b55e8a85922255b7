"""The CloudFormation template: what Chalice packages, completed by what Chalice cannot describe."""
