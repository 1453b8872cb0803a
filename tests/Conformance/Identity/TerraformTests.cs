using Postern.Conformance.Support;

namespace Postern.Conformance.Identity;

/// <summary>The AWS provider of Terraform, unmodified: what it makes it finds unchanged, changes, and takes away again.</summary>
public sealed class TerraformTests
{
    private const int NoChanges = 0;
    private static readonly TimeSpan StepTime = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Identities_activations_and_documents_are_made_found_unchanged_changed_and_destroyed()
    {
        var terraform = Repository.Require("terraform");
        var mirror = TerraformMirror.Require();

        await using var gateway = await Gateway.StartAsync();
        var folder = Repository.MakeFolder("terraform");
        File.Copy(Path.Combine(Repository.Root, "tests", "Conformance", "Identity", "Terraform", "main.tf"), Path.Combine(folder, "main.tf"));
        var configuration = Path.Combine(folder, "terraform.rc");
        await File.WriteAllTextAsync(configuration, $"provider_installation {{\n  filesystem_mirror {{\n    path = \"{mirror}\"\n  }}\n}}\n");

        await StepAsync("core", "init");
        await StepAsync("core", "apply", "-auto-approve");
        Assert.Equal(NoChanges, (await PlanAsync("core")).ExitCode);
        Assert.NotEqual(NoChanges, (await PlanAsync("edge")).ExitCode);
        await StepAsync("edge", "apply", "-auto-approve");
        var planned = await PlanAsync("edge");
        Assert.True(planned.ExitCode == NoChanges, planned.All);
        await StepAsync("edge", "destroy", "-auto-approve");
        Assert.Equal("admin", await AwsCli.TextAsync(gateway, "iam", "list-users", "--query", "Users[].UserName"));
        Assert.Equal("nodes", await AwsCli.TextAsync(gateway, "iam", "list-roles", "--query", "Roles[].RoleName"));

        Task<Finished> PlanAsync(string team) => Child.RunAsync(Terraform(team, "plan", "-detailed-exitcode"), within: StepTime);

        Task<string> StepAsync(string team, params string[] arguments) => Child.OutputOfAsync(Terraform(team, arguments), within: StepTime);

        Command Terraform(string team, params string[] arguments) => new(terraform, [.. arguments, "-input=false", "-no-color"])
        {
            Folder = folder,
            Environment = new Dictionary<string, string?>(gateway.Administrator)
            {
                ["TF_CLI_CONFIG_FILE"] = configuration,
                ["TF_VAR_endpoint"] = gateway.Endpoint,
                ["TF_VAR_region"] = "us-east-1",
                ["TF_VAR_team"] = team,
                ["CHECKPOINT_DISABLE"] = "1",
                ["AWS_EC2_METADATA_DISABLED"] = "true",
                ["AWS_PROFILE"] = null,
            },
        };
    }
}
