terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "text" { type = string }

provider "aws" {
  region = "us-east-1"
  endpoints {
    events = var.endpoint
    sts    = var.endpoint
  }
  default_tags {
    tags = { managed-by = "terraform" }
  }
}

resource "aws_cloudwatch_event_rule" "ended" {
  name        = "sessions-ended"
  description = var.text
  event_pattern = jsonencode({
    source      = ["postern.sessions"]
    detail-type = ["Session Ended"]
    detail      = { seconds = [{ numeric = [">", 3600] }] }
  })
  tags = { text = var.text }
}

resource "aws_cloudwatch_event_connection" "chat" {
  name               = "chat"
  description        = var.text
  authorization_type = "API_KEY"
  auth_parameters {
    api_key {
      key   = "webhook-signature"
      value = "secret-${var.text}"
    }
    invocation_http_parameters {
      header {
        key             = "X-Team"
        value           = var.text
        is_value_secret = false
      }
    }
  }
}

resource "aws_cloudwatch_event_api_destination" "chat" {
  name                             = "chat"
  invocation_endpoint              = "https://chat.example.com/${var.text}"
  http_method                      = "POST"
  invocation_rate_limit_per_second = 20
  connection_arn                   = aws_cloudwatch_event_connection.chat.arn
}

resource "aws_cloudwatch_event_target" "chat" {
  rule      = aws_cloudwatch_event_rule.ended.name
  target_id = "chat"
  arn       = aws_cloudwatch_event_api_destination.chat.arn
  input_transformer {
    input_paths    = { who = "$.detail.userName" }
    input_template = "{\"text\": \"<who> ${var.text}\"}"
  }
  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 5
  }
}

resource "aws_cloudwatch_event_target" "log" {
  rule      = aws_cloudwatch_event_rule.ended.name
  target_id = "log"
  arn       = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/events/ended"
}
