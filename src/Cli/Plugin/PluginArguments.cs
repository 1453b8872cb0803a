using System.Text;
using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;

namespace Postern.Cli.Plugin;

/// <summary>
/// The command line AWS's tools use for session-manager-plugin:
/// <code>
///   1  the answer of StartSession as JSON, or the name of an environment variable that holds it
///   2  region
///   3  StartSession
///   4  profile, "" for none
///   5  the request of StartSession as JSON
///   6  address of the API
/// </code>
/// Old tools give the first three only.
/// </summary>
internal sealed record PluginArguments
{
    private const string ResponseVariable = "AWS_SSM_START_SESSION_RESPONSE";
    private const string Operation = "StartSession";
    private const int Fewest = 3;

    public required StartSessionResponse Started { get; init; }
    public string Region { get; init; } = "";
    public string Profile { get; init; } = "";
    public string Endpoint { get; init; } = "";

    /// <summary>The arguments of a session, or null with the text to print instead.</summary>
    public static PluginArguments? Parse(string[] args, out string text)
    {
        text = "";
        switch (args)
        {
            case []:
                text = "\nThe Session Manager plugin was installed successfully. Use the AWS CLI to start a session.\n\n";
                return null;
            case ["--version"]:
                text = $"{ProtocolVersions.Client}\n";
                return null;
            case { Length: < Fewest }:
                text = $"\nUnknown operation {args[0]}. \nUse session-manager-plugin --version to check the version.\n\n";
                return null;
        }
        var response = args[0].StartsWith(ResponseVariable, StringComparison.Ordinal) ? TakeVariable(args[0]) : args[0];
        if (args[2] != Operation)
        {
            text = "Invalid Operation";
            return null;
        }
        try
        {
            var started = StartSessionJson.Read(Encoding.UTF8.GetBytes(response));
            if (started is { SessionId.Length: > 0, TokenValue.Length: > 0, StreamUrl.Length: > 0 })
                return new PluginArguments { Started = started, Region = args[1], Profile = At(args, 3), Endpoint = At(args, 5) };
            text = PluginTexts.CannotStart("the answer of StartSession must have SessionId, TokenValue and StreamUrl");
        }
        catch (JsonException e)
        {
            text = PluginTexts.CannotStart(response.Length == 0 ? "unexpected end of JSON input" : e.Message);
        }
        return null;
    }

    private static string At(string[] args, int index) => index < args.Length ? args[index] : "";

    /// <summary>Removed, so that nothing started from here sees the token.</summary>
    private static string TakeVariable(string name)
    {
        var value = Environment.GetEnvironmentVariable(name) ?? "";
        Environment.SetEnvironmentVariable(name, null);
        return value;
    }
}
