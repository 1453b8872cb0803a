namespace Postern.Conformance.Support;

/// <summary>A folder of providers as `terraform providers mirror` makes it, for machines without a way to a registry.</summary>
internal static class TerraformMirror
{
    private const string Variable = "POSTERN_TERRAFORM_PLUGINS", Usual = "/opt/tf-plugins", Provider = "hashicorp/aws";

    /// <summary>The folder; skips the test where it lacks the AWS provider.</summary>
    public static string Require()
    {
        var folder = Environment.GetEnvironmentVariable(Variable) ?? Usual;
        Assert.SkipUnless(Directory.Exists(folder) && Directory.EnumerateDirectories(folder).Any(registry => Directory.Exists(Path.Combine(registry, Provider))),
            $"there is no {Provider} in {folder}; {Variable} can name another folder of Terraform's providers");
        return folder;
    }
}
