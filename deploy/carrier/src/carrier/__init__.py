"""The stand-in carrier: speaks Twilio's REST API, signs callbacks, shows a phone."""
