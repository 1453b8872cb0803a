using Postern.Conformance.Support;

namespace Postern.Conformance.Documents;

/// <summary>The stock Terraform provider manages documents and settings: creates, finds nothing to change, changes in place, destroys.</summary>
public sealed class TerraformTests(World world)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Documents_are_made_changed_and_destroyed()
    {
        var terraform = Repository.Require("terraform");
        var plugins = TerraformMirror.Require();
        var gateway = await world.GatewayAsync();
        var folder = Repository.MakeFolder("terraform");
        var name = $"Terraform-{Guid.NewGuid():N}";
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "terraformrc"), $$"""provider_installation { filesystem_mirror { path = "{{plugins}}" } }""");
            await WriteAsync("15");
            await RunAsync("init");
            await RunAsync("apply", "-auto-approve");
            Assert.Equal("1", await DefaultVersionAsync());
            await RunAsync("plan", "-detailed-exitcode"); // 2 would mean that something is to be changed

            await WriteAsync("30");
            await RunAsync("apply", "-auto-approve");
            Assert.Equal("2", await DefaultVersionAsync());
            await RunAsync("plan", "-detailed-exitcode");

            await RunAsync("destroy", "-auto-approve");
            Assert.Equal("InvalidDocument", (await gateway.Api.TryAsync("DescribeDocument", new { Name = name })).Error);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task<string> DefaultVersionAsync() => (await gateway.Api.CallAsync("DescribeDocument", new { Name = name }))["Document"]!["DefaultVersion"]!.GetValue<string>();

        Task WriteAsync(string idle) => File.WriteAllTextAsync(Path.Combine(folder, "main.tf"), $$"""
            terraform {
              required_providers { aws = { source = "hashicorp/aws" } }
            }
            provider "aws" {
              region                      = "us-east-1"
              skip_metadata_api_check     = true
              skip_requesting_account_id  = true
              skip_credentials_validation = true
              endpoints { ssm = "{{gateway.Endpoint}}" }
            }
            resource "aws_ssm_document" "shell" {
              name          = "{{name}}"
              document_type = "Session"
              tags          = { env = "test" }
              permissions   = { type = "Share", account_ids = "111111111111" }
              content = jsonencode({
                schemaVersion = "1.0", sessionType = "Standard_Stream", description = "by Terraform"
                inputs = { idleSessionTimeout = "{{idle}}", runAsEnabled = false }
              })
            }
            resource "aws_ssm_service_setting" "tier" {
              setting_id    = "arn:aws:ssm:us-east-1:000000000000:servicesetting/ssm/managed-instance/activation-tier"
              setting_value = "advanced"
            }
            """);

        Task<string> RunAsync(params string[] arguments) => Child.OutputOfAsync(new Command(terraform, [.. arguments, "-no-color"])
        {
            Folder = folder,
            Environment = new Dictionary<string, string?>(gateway.Administrator)
            {
                ["TF_CLI_CONFIG_FILE"] = Path.Combine(folder, "terraformrc"),
                ["AWS_CA_BUNDLE"] = gateway.CaFile,
                ["AWS_PROFILE"] = null,
                ["CHECKPOINT_DISABLE"] = "1",
            },
        }, within: Patience);
    }
}
