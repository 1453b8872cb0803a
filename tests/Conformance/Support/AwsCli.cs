using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Postern.Conformance.Support;

/// <summary>The AWS CLIs of this machine: the newest of each major version on the PATH.</summary>
internal static partial class AwsCli
{
    private static readonly Lazy<IReadOnlyDictionary<int, string>> Found = new(() => Newest("aws", "--version"));
    private static readonly Lazy<IReadOnlyDictionary<int, string>> Pythons = new(() => Newest("python3", "-c", "import awscli; print('aws-cli/' + awscli.__version__)"));

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

    /// <summary>A python3 whose AWS CLI is of that major version, or null.</summary>
    public static string? PythonOf(int version) => Pythons.Value.GetValueOrDefault(version);

    /// <summary>A script that calls the CLI from within its python3, with the administrator's keys.</summary>
    public static Command Script(Gateway gateway, string python, string script) => new(python, Repository.Script(script))
    {
        Environment = new Dictionary<string, string?>(gateway.Administrator)
        {
            ["HOME"] = Path.GetDirectoryName(gateway.Folder),
            ["AWS_ENDPOINT_URL"] = gateway.Endpoint,
            ["AWS_PAGER"] = "",
            ["AWS_EC2_METADATA_DISABLED"] = "true",
            ["AWS_PROFILE"] = null,
            ["AWS_SESSION_TOKEN"] = null,
        },
    };

    private static Dictionary<int, string> Newest(string program, params string[] askVersion) => Repository.FindAll(program)
        .Select(path => (Path: path, Version: VersionOf(path, askVersion)))
        .Where(candidate => candidate.Version is not null)
        .GroupBy(candidate => candidate.Version!.Major)
        .ToDictionary(group => group.Key, group => group.MaxBy(candidate => candidate.Version).Path);

    private static Version? VersionOf(string path, params string[] arguments)
    {
        using var process = Process.Start(new Command(path, arguments).ToStartInfo())!;
        var text = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        return VersionLine().Match(text) is { Success: true } match ? Version.Parse(match.Groups[1].Value) : null;
    }

    [GeneratedRegex(@"aws-cli/(\d+\.\d+\.\d+)")]
    private static partial Regex VersionLine();
}
