using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Server.Documents.Content;

namespace Postern.Server.Documents;

/// <summary>All documents and settings as they were at one moment. Sessions are resolved from it without a look at the database.</summary>
internal sealed class DocumentSnapshot
{
    /// <summary>Before the account has any document or setting of its own.</summary>
    public static readonly DocumentSnapshot Empty = new(-1, [], new Dictionary<string, string>());

    public static readonly TimeSpan DefaultIdleTimeout = TimeSpan.FromMinutes(20);

    private readonly FrozenDictionary<string, DocumentVersion> _latest, _default;
    private readonly IReadOnlyDictionary<string, string> _settings;

    /// <param name="revision">Of the database this was read from.</param>
    /// <param name="own">The latest and the default version of every document of the account.</param>
    /// <param name="settings">Those that were changed, by id.</param>
    public DocumentSnapshot(long revision, IReadOnlyList<DocumentVersion> own, IReadOnlyDictionary<string, string> settings)
    {
        Revision = revision;
        _settings = settings;
        // The account's own preferences take the place of the built-in ones.
        var amazons = AwsOwnedDocuments.ByName.Values.Where(document => own.All(one => one.Name != document.Name)).ToList();
        _latest = own.Where(document => document.Version == document.LatestVersion).Concat(amazons).ToFrozenDictionary(document => document.Name, StringComparer.Ordinal);
        _default = own.Where(document => document.Version == document.DefaultVersion).Concat(amazons).ToFrozenDictionary(document => document.Name, StringComparer.Ordinal);
        ByName = [.. _default.Values.OrderBy(document => document.Name, StringComparer.Ordinal)];
    }

    public long Revision { get; }

    /// <summary>The default version of every document, in the order of names.</summary>
    public IReadOnlyList<DocumentVersion> ByName { get; }

    /// <summary>The version that sessions use. The name may be an ARN.</summary>
    public DocumentVersion? Latest(string name) => _latest.GetValueOrDefault(SessionDocuments.WithoutOwner(name));

    /// <summary>The version that $DEFAULT means. The name may be an ARN.</summary>
    public DocumentVersion? Default(string name) => _default.GetValueOrDefault(SessionDocuments.WithoutOwner(name));

    /// <summary>The value of a setting, changed or not.</summary>
    public string Setting(string id) => _settings.GetValueOrDefault(id) ?? ServiceSettingRules.Find(id)!.Default;

    /// <summary>Checks a session's parameters and makes what the agent is sent.</summary>
    /// <exception cref="AwsErrorException">InvalidParameters: the message names the parameter and what is allowed. InvalidDocument: it cannot be carried out here.</exception>
    public ResolvedSession Resolve(DocumentVersion version, IReadOnlyDictionary<string, IReadOnlyList<string>>? given)
    {
        var document = version.RequireSession();
        var parameters = SessionParameters.Resolve(document, given);
        var isPort = document.SessionType == SessionDocument.Port;
        var inputs = Effective(document, Preferences(), isPort);
        return new ResolvedSession
        {
            Document = document,
            Version = version.Number,
            DocumentContent = Write(document, inputs.WithoutLogging()),
            Parameters = parameters,
            Inputs = inputs,
            IdleTimeout = Minutes(IdleMinutes(document, inputs)),
            MaxDuration = Minutes(inputs.DurationMinutes ?? 0),
            Delivery = SessionDelivery.Of(inputs),
            Destination = isPort ? PortDestination.Of(document, parameters) : null,
        };
    }

    // Preferences that cannot be read are no reason to run sessions without them.
    private SessionInputs Preferences() => Latest(SessionDocuments.Default)?.RequireSession().Inputs ?? new SessionInputs();

    private SessionInputs Effective(SessionDocument document, SessionInputs account, bool isPort)
    {
        var inputs = document.Inputs.Over(account);
        if (isPort)
            return inputs; // tunnels are not encrypted again, and run as nobody
        if (document.SessionType != SessionDocument.StandardStream)
            inputs = inputs with { ShellProfile = null };
        if (inputs.KmsKeyId is { Length: > 0 })
            throw new AwsErrorException("InvalidDocument",
                $"Sessions with document {document.Name} are to be encrypted with a KMS key (inputs.kmsKeyId of it, or of {SessionDocuments.Default}), and there is no KMS here. Every session is encrypted by TLS to and from the gateway; remove kmsKeyId.");
        return inputs;
    }

    // The document's own word comes first, then what is set for the kind of session, then the preferences.
    private int IdleMinutes(SessionDocument document, SessionInputs inputs)
    {
        if (document.Inputs.IdleMinutes is { } own)
            return own;
        var setting = document.SessionType switch
        {
            SessionDocument.Port => Setting(ServiceSettingRules.IdlePort),
            SessionDocument.StandardStream => ServiceSettingRules.AsPreferences,
            _ => Setting(ServiceSettingRules.IdleCommand),
        };
        return setting == ServiceSettingRules.AsPreferences
            ? inputs.IdleMinutes ?? (int)DefaultIdleTimeout.TotalMinutes
            : int.Parse(setting, CultureInfo.InvariantCulture);
    }

    private static TimeSpan? Minutes(int minutes) => minutes == 0 ? null : TimeSpan.FromMinutes(minutes);

    private static JsonElement Write(SessionDocument document, SessionInputs inputs)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
            document.WriteTo(json, inputs);
        return JsonElement.Parse(buffer.WrittenSpan);
    }
}
