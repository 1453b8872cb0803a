using Postern.Protocol.Messages;

namespace Postern.Tests.Agent.Sessions;

/// <summary>Documents and answers as gateways and clients send them.</summary>
internal static class TestDocuments
{
    public const string Shell = """{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"runAsEnabled":RUNAS,"runAsDefaultUser":"nobody","shellProfile":{"linux":"PROFILE"}}}""";
    public const string Interactive = """{"schemaVersion":"1.0","sessionType":"InteractiveCommands","parameters":{"command":{"type":"String"}},"properties":{"linux":{"commands":"{{ command }}","runAsElevated":true}}}""";
    public const string Command = """{"schemaVersion":"1.0","sessionType":"NonInteractiveCommands","parameters":{"command":{"type":"String"}},"properties":{"linux":{"commands":"{{ command }}","runAsElevated":true}}}""";
    public const string SeparateCommand = """{"schemaVersion":"1.0","sessionType":"NonInteractiveCommands","parameters":{"command":{"type":"String"}},"properties":{"linux":{"commands":"{{ command }}","runAsElevated":true,"separateOutputStream":"true","stdErrSeparatorPrefix":"E:"}}}""";
    public const string Ssh = """{"schemaVersion":"1.0","sessionType":"Port","parameters":{"portNumber":{"type":"String","default":"22"}},"properties":{"portNumber":"{{ portNumber }}"}}""";
    public const string Forward = """{"schemaVersion":"1.0","sessionType":"Port","parameters":{"portNumber":{"type":"String"},"host":{"type":"String","default":"localhost"}},"properties":{"host":"{{ host }}","portNumber":"{{ portNumber }}","type":"LocalPortForwarding","localPortNumber":"0"}}""";

    public static readonly HandshakeResponseContent Stock = Answer("1.2.677.0");
    public static readonly HandshakeResponseContent Old = Answer("1.1.50");
    public static readonly HandshakeResponseContent Ours = Answer(ProtocolVersions.Client) with { Postern = new PosternOffer { MaxPayload = 1 << 30, ExtendedMux = true } };

    private static HandshakeResponseContent Answer(string version) => new()
    {
        ClientVersion = version,
        ProcessedClientActions = [new ProcessedClientAction("SessionType", 1, null, "")],
    };
}
