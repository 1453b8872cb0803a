using System.CommandLine;
using Postern.Cli.Config;

namespace Postern.Cli.Commands;

/// <summary>Options every verb takes: which gateway, as whom.</summary>
internal static class GatewayOptions
{
    private static readonly Option<string?> Profile = new("--profile") { Description = "Profile of ~/.aws/config and ~/.aws/credentials (AWS_PROFILE)", HelpName = "NAME", Recursive = true };
    private static readonly Option<string?> Region = new("--region") { Description = "Region to sign requests for (AWS_REGION)", HelpName = "REGION", Recursive = true };
    private static readonly Option<string?> EndpointUrl = new("--endpoint-url") { Description = "Address of the gateway, https://host:port (AWS_ENDPOINT_URL)", HelpName = "URL", Recursive = true };
    private static readonly Option<string?> Ca = new("--ca") { Description = "PEM file of certificates to trust instead of the system's (AWS_CA_BUNDLE)", HelpName = "FILE", Recursive = true };

    public static void AddTo(RootCommand root)
    {
        root.Add(Profile);
        root.Add(Region);
        root.Add(EndpointUrl);
        root.Add(Ca);
    }

    public static SettingOptions Of(ParseResult result)
        => new(result.GetValue(Profile), result.GetValue(Region), result.GetValue(EndpointUrl), result.GetValue(Ca));
}
