"""The life of tracking domains at AWS: certificate, domain name and mapping, and their removal."""
