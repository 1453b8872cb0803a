using System.Text.Json;
using Postern.Cli.Output;
using Postern.Client;
using Postern.Protocol.AwsJson;

namespace Postern.Cli.Commands;

/// <summary>What a person asks about, turned into the request that the action's operation would get.</summary>
internal sealed record WhyQuestion(string Action, string? Target, string? Destination, string? Document, string? Request)
{
    private const string ToHost = "AWS-StartPortForwardingSessionToRemoteHost";
    private const string ToNode = "AWS-StartPortForwardingSession";

    private string FullAction => Action.Contains(':') ? Action : $"ssm:{Action}";

    private string Operation => FullAction[(FullAction.IndexOf(':') + 1)..];

    /// <exception cref="CommandException">The target does not fit the action, or there is no such node.</exception>
    public async Task<SimulateAccessRequest> RequestAsync(SessionClient client, CancellationToken cancellationToken)
    {
        var asked = new SimulateAccessRequest { Action = FullAction };
        var isStart = FullAction.Equals("ssm:StartSession", StringComparison.OrdinalIgnoreCase);
        if (!isStart && (Destination ?? Document) is not null)
            throw new CommandException("HOST:PORT and --document belong to StartSession.", ExitCodes.Usage);
        if (Request is not null)
            return Target is null ? asked with { Request = Request } : throw new CommandException("Give TARGET or --request, not both.", ExitCodes.Usage);
        if (Target is null)
            return asked;
        if (Target.StartsWith("arn:", StringComparison.Ordinal))
            return asked with { Resources = [Target] };
        if (FullAction.StartsWith("iam:", StringComparison.OrdinalIgnoreCase))
            return asked with { Request = $"{IdentityMember()}={Uri.EscapeDataString(Target)}" };
        if (!FullAction.StartsWith("ssm:", StringComparison.OrdinalIgnoreCase))
            throw new CommandException($"What '{Target}' is to {FullAction} is not known here; give its ARN.", ExitCodes.Usage);
        if (isStart)
            return asked with { Request = JsonSerializer.Serialize(await StartAsync(client, Target, cancellationToken), SsmOperations.StartSession.Request) };
        if (Is("ResumeSession") || Is("TerminateSession"))
            return asked with { Request = Body("SessionId", Target) };
        if (Operation.Contains("Document", StringComparison.OrdinalIgnoreCase))
            return asked with { Request = Body("Name", Target) };
        if (Operation.Contains("ServiceSetting", StringComparison.OrdinalIgnoreCase))
            return asked with { Request = Body("SettingId", Target) };
        if (Operation.Contains("Activation", StringComparison.OrdinalIgnoreCase))
            return asked with { Request = Body("ActivationId", Target) };
        var node = await TargetResolver.ResolveAsync(client, Target, cancellationToken);
        return asked with { Request = Body(new() { ["InstanceId"] = node, ["Target"] = node, ["ResourceType"] = "ManagedInstance", ["ResourceId"] = node }) };
    }

    private async Task<StartSessionRequest> StartAsync(SessionClient client, string target, CancellationToken cancellationToken)
    {
        var start = new StartSessionRequest { Target = await TargetResolver.ResolveAsync(client, target, cancellationToken), DocumentName = Document };
        if (Destination is null)
            return start;
        if (Document is not null)
            throw new CommandException("HOST:PORT has a document of its own; leave --document out.", ExitCodes.Usage);
        var spec = ForwardSpec.Parse(Destination);
        var parameters = new Dictionary<string, IReadOnlyList<string>> { ["portNumber"] = [spec.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)] };
        if (spec.Host is not null)
            parameters["host"] = [spec.Host];
        return start with { DocumentName = spec.Host is null ? ToNode : ToHost, Parameters = parameters };
    }

    private bool Is(string operation) => Operation.Equals(operation, StringComparison.OrdinalIgnoreCase);

    private string IdentityMember()
        => Operation.Contains("InstanceProfile", StringComparison.OrdinalIgnoreCase) ? "InstanceProfileName"
            : Operation.Contains("Role", StringComparison.OrdinalIgnoreCase) ? "RoleName"
            : Operation.Contains("Group", StringComparison.OrdinalIgnoreCase) ? "GroupName"
            : Operation is "CreatePolicy" ? "PolicyName"
            : "UserName";

    private static string Body(string member, string value) => Body(new() { [member] = value });

    private static string Body(Dictionary<string, string> members) => JsonSerializer.Serialize(members, CliJsonContext.Default.DictionaryStringString);
}
