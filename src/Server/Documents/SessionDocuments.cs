using System.Reflection;
using System.Text;

namespace Postern.Server.Documents;

/// <summary>The session documents there are: those owned by AWS, in words of our own, inside the program.</summary>
internal sealed class SessionDocuments
{
    /// <summary>The document of sessions that name none; its inputs are the preferences of the account.</summary>
    public const string Default = "SSM-SessionManagerRunShell";

    public static readonly TimeSpan DefaultIdleTimeout = TimeSpan.FromMinutes(20);

    private const string ResourcePrefix = "documents/", Extension = ".json";

    /// <summary>When the documents were first written; they have had one version since.</summary>
    private static readonly DateTimeOffset Created = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SortedDictionary<string, SessionDocument> _documents = new(StringComparer.Ordinal);

    public SessionDocuments()
    {
        var assembly = typeof(SessionDocuments).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)))
        {
            var name = resource[ResourcePrefix.Length..^Extension.Length];
            _documents.Add(name, new SessionDocument(name, Read(assembly, resource), Created));
        }
    }

    /// <summary>In the order of names.</summary>
    public IReadOnlyCollection<SessionDocument> All => _documents.Values;

    public SessionDocument? Find(string name) => _documents.GetValueOrDefault(WithoutOwner(name));

    /// <summary>Checks a session's parameters and makes what the agent is sent.</summary>
    /// <exception cref="Postern.Protocol.AwsJson.AwsErrorException">InvalidParameters: the message names the parameter and what is allowed.</exception>
    public ResolvedSession Resolve(SessionDocument document, IReadOnlyDictionary<string, IReadOnlyList<string>>? parameters)
    {
        var preferences = Find(Default);
        return new ResolvedSession(document, document.Body, SessionParameters.Resolve(document, parameters), document.SessionType,
            document.Minutes("idleSessionTimeout") ?? preferences?.Minutes("idleSessionTimeout") ?? DefaultIdleTimeout,
            document.Minutes("maxSessionDuration") ?? preferences?.Minutes("maxSessionDuration"));
    }

    /// <summary>Documents may be named by ARN: arn:aws:ssm:REGION:ACCOUNT:document/NAME.</summary>
    public static string WithoutOwner(string name)
        => name.StartsWith("arn:", StringComparison.Ordinal) && name.IndexOf(":document/", StringComparison.Ordinal) is var at and > 0
            ? name[(at + ":document/".Length)..]
            : name;

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd().TrimEnd();
    }
}
