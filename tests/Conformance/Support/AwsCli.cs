using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Postern.Conformance.Support;

/// <summary>The AWS CLIs of this machine: the newest of each major version on the PATH.</summary>
internal static partial class AwsCli
{
    private static readonly Lazy<IReadOnlyDictionary<int, string>> Found = new(() => Repository.FindAll("aws")
        .Select(path => (Path: path, Version: VersionOf(path)))
        .Where(candidate => candidate.Version is not null)
        .GroupBy(candidate => candidate.Version!.Major)
        .ToDictionary(group => group.Key, group => group.MaxBy(candidate => candidate.Version).Path));

    public static string? Find(int version) => Found.Value.GetValueOrDefault(version);

    /// <summary>Any of them, the newer kind first.</summary>
    public static int AnyVersion
    {
        get
        {
            Assert.SkipWhen(Found.Value.Count == 0, "no AWS CLI is installed");
            return Found.Value.Keys.Max();
        }
    }

    /// <summary>Calls with the administrator's keys. The endpoint is an option, since older CLIs do not read AWS_ENDPOINT_URL.</summary>
    public static Command Command(Gateway gateway, int version, params string[] arguments) => new(Find(version)!, arguments)
    {
        Environment = new Dictionary<string, string?>(gateway.Administrator) { ["AWS_PAGER"] = "", ["AWS_EC2_METADATA_DISABLED"] = "true", ["AWS_PROFILE"] = null },
    };

    /// <summary>The answer of `aws ssm OPERATION`.</summary>
    public static async Task<JsonObject> SsmAsync(Gateway gateway, int version, params string[] arguments)
    {
        var output = await Child.OutputOfAsync(Command(gateway, version, ["--endpoint-url", gateway.Endpoint, "--output", "json", "ssm", .. arguments]));
        return string.IsNullOrWhiteSpace(output) ? [] : JsonNode.Parse(output)!.AsObject();
    }

    /// <summary>What any CLI prints as text for a call of any service.</summary>
    public static async Task<string> TextAsync(Gateway gateway, params string[] arguments)
        => (await Child.OutputOfAsync(Command(gateway, AnyVersion, ["--endpoint-url", gateway.Endpoint, "--output", "text", .. arguments]))).Trim();

    private static Version? VersionOf(string path)
    {
        using var process = Process.Start(new Command(path, "--version").ToStartInfo())!;
        var text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return VersionLine().Match(text) is { Success: true } match ? Version.Parse(match.Groups[1].Value) : null;
    }

    [GeneratedRegex(@"aws-cli/(\d+\.\d+\.\d+)")]
    private static partial Regex VersionLine();
}
