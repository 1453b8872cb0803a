terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "endpoint" { type = string }
variable "region" { type = string }
variable "team" { type = string }

provider "aws" {
  region = var.region
  endpoints {
    iam = var.endpoint
    sts = var.endpoint
    ssm = var.endpoint
  }
  default_tags {
    tags = { managed-by = "terraform" }
  }
}

data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "sessions" {
  statement {
    sid       = "Start"
    actions   = ["ssm:StartSession"]
    resources = ["arn:aws:ec2:*:*:instance/*", "arn:aws:ssm:*:*:document/AWS-StartPortForwardingSessionToRemoteHost"]
    condition {
      test     = "StringLike"
      variable = "ssm:resourceTag/env"
      values   = ["dev", "test-*"]
    }
  }
  statement {
    sid       = "Own"
    actions   = ["ssm:TerminateSession", "ssm:ResumeSession"]
    resources = ["arn:aws:ssm:*:*:session/$${aws:username}-*"]
  }
}

data "aws_iam_policy_document" "nodes" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ssm.amazonaws.com"]
    }
  }
}

resource "aws_iam_user" "ada" {
  name = "ada"
  path = "/eng/"
  tags = { team = var.team }
}

resource "aws_iam_access_key" "ada" {
  user = aws_iam_user.ada.name
}

resource "aws_iam_user_policy" "inline" {
  name   = "inline"
  user   = aws_iam_user.ada.name
  policy = data.aws_iam_policy_document.sessions.json
}

resource "aws_iam_group" "ops" {
  name = "ops"
}

resource "aws_iam_user_group_membership" "ada" {
  user   = aws_iam_user.ada.name
  groups = [aws_iam_group.ops.name]
}

resource "aws_iam_group_policy" "inline" {
  name   = "inline"
  group  = aws_iam_group.ops.name
  policy = data.aws_iam_policy_document.sessions.json
}

resource "aws_iam_policy" "sessions" {
  name        = "sessions"
  path        = "/team/"
  description = "Sessions on development nodes"
  policy      = data.aws_iam_policy_document.sessions.json
  tags        = { purpose = "sessions" }
}

resource "aws_iam_user_policy_attachment" "ada" {
  user       = aws_iam_user.ada.name
  policy_arn = aws_iam_policy.sessions.arn
}

resource "aws_iam_group_policy_attachment" "ops" {
  group      = aws_iam_group.ops.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess"
}

resource "aws_iam_role" "web" {
  name                 = "web"
  path                 = "/service-role/"
  description          = "Web nodes"
  max_session_duration = 7200
  assume_role_policy   = data.aws_iam_policy_document.nodes.json
  permissions_boundary = aws_iam_policy.sessions.arn
}

resource "aws_iam_role_policy" "inline" {
  name   = "inline"
  role   = aws_iam_role.web.id
  policy = data.aws_iam_policy_document.sessions.json
}

resource "aws_iam_role_policy_attachment" "web" {
  role       = aws_iam_role.web.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "web" {
  name = "web"
  role = aws_iam_role.web.name
}

resource "aws_ssm_activation" "web" {
  name               = "web"
  description        = "Web nodes"
  iam_role           = aws_iam_role.web.id
  registration_limit = 5
  tags               = { env = "dev" }
  depends_on         = [aws_iam_role_policy_attachment.web]
}

resource "aws_ssm_document" "shell" {
  name            = "web-shell"
  document_type   = "Session"
  document_format = "JSON"
  content = jsonencode({
    schemaVersion = "1.0"
    description   = "A shell that ends after ten minutes"
    sessionType   = "Standard_Stream"
    inputs        = { idleSessionTimeout = "10" }
  })
}

output "account" { value = data.aws_caller_identity.me.account_id }

output "secret_is_set" {
  value     = length(aws_iam_access_key.ada.secret) == 40
  sensitive = true
}
