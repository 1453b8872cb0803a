using System.Text.Json;
using Postern.Protocol.Messages;

namespace Postern.Agent.Sessions.Documents;

/// <summary>The document of a session, its parameters filled in.</summary>
internal sealed record SessionDocument
{
    public const string StandardStream = "Standard_Stream", InteractiveCommands = "InteractiveCommands",
        NonInteractiveCommands = "NonInteractiveCommands", Port = "Port";

    private const string SchemaVersion = "1.0";

    public required string SessionType { get; init; }
    public required JsonElement Inputs { get; init; }
    public required JsonElement Properties { get; init; }

    public DocumentFields InputFields => new(Inputs, "inputs.");
    public DocumentFields PropertyFields => new(Properties, "properties.");

    /// <summary>Throws <see cref="SessionFailedException"/> naming the member that is wrong.</summary>
    public static SessionDocument Parse(SessionTask task)
    {
        var content = task.DocumentContent;
        if (content.ValueKind != JsonValueKind.Object)
            throw new SessionFailedException("The session document is not valid: DocumentContent must be an object.");
        var fields = new DocumentFields(content, "");
        if (fields.Text("schemaVersion") is var version and not SchemaVersion)
            throw new SessionFailedException($"The session document is not valid: schemaVersion must be \"{SchemaVersion}\", not \"{version}\".");
        if (content.GetRawText().Contains("{{ssm:", StringComparison.Ordinal))
            throw new SessionFailedException("The session document refers to Parameter Store ({{ssm:…}}), which this node does not read.");
        var type = fields.Text("sessionType");
        if (type is not (StandardStream or InteractiveCommands or NonInteractiveCommands or Port))
            throw new SessionFailedException($"The session document is not valid: sessionType \"{type}\" is not known to this node.");
        var substitution = new ParameterSubstitution(Member(content, "parameters"), task.Parameters);
        var document = new SessionDocument
        {
            SessionType = type,
            Inputs = Filled(substitution, content, "inputs"),
            Properties = Filled(substitution, content, "properties"),
        };
        if (type != Port && document.InputFields.Text("kmsKeyId") is { Length: > 0 })
            throw new SessionFailedException("The session document asks for encryption with a KMS key (inputs.kmsKeyId), which this node does not have.");
        return document;
    }

    private static JsonElement Filled(ParameterSubstitution substitution, JsonElement content, string name)
    {
        var member = Member(content, name);
        if (member.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            return default;
        if (member.ValueKind != JsonValueKind.Object)
            throw new SessionFailedException($"The session document is not valid: {name} must be an object.");
        return substitution.Apply(member);
    }

    private static JsonElement Member(JsonElement content, string name) => content.TryGetProperty(name, out var value) ? value : default;
}
