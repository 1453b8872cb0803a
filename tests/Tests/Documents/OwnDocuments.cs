using Postern.Server.Documents;
using Postern.Server.Documents.Content;

namespace Postern.Tests.Documents;

/// <summary>Documents of the account, in memory.</summary>
internal static class OwnDocuments
{
    public const string Account = "000000000000";

    public static DocumentVersion Version(string name, string content) => new()
    {
        Name = name,
        Owner = Account,
        Version = 1,
        LatestVersion = 1,
        DefaultVersion = 1,
        Content = content,
        CreatedAt = default,
        DocumentCreatedAt = default,
        Session = SessionDocument.Parse(name, content),
    };

    /// <summary>With these inputs as the account's preferences, and settings as pairs.</summary>
    public static DocumentSnapshot Under(string inputs, params (string Id, string Value)[] settings)
        => new(1, [Version(SessionDocuments.Default, Shell(inputs))], settings.ToDictionary(setting => setting.Id, setting => setting.Value));

    public static string Shell(string inputs) => $$"""{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{{inputs}}}""";

    public static string Command(string command, string parameters = "{}", string inputs = "{}")
        => $$$"""{"schemaVersion":"1.0","sessionType":"InteractiveCommands","inputs":{{{inputs}}},"parameters":{{{parameters}}},"properties":{"linux":{"commands":"{{{command}}}","runAsElevated":false} } }""";
}
