using System.Globalization;
using System.Text.RegularExpressions;

namespace Postern.Server.Documents;

/// <summary>The settings of the account that there are, what they may be, and what they are until somebody changes them.</summary>
internal static partial class ServiceSettingRules
{
    public const string PublicSharing = "/ssm/documents/console/public-sharing-permission",
        ActivationTier = "/ssm/managed-instance/activation-tier",
        ManagementRole = "/ssm/managed-instance/default-ec2-instance-management-role",
        IdlePort = "/postern/session/idle-timeout-port",
        IdleCommand = "/postern/session/idle-timeout-command",
        Logging = "/postern/session/logging";

    /// <summary>Values of <see cref="Logging"/>: a session that cannot be logged as its document asks is refused, or goes on without.</summary>
    public const string LoggingRequired = "required", LoggingIgnored = "ignored";

    /// <summary>Value of <see cref="IdleCommand"/>: the idleSessionTimeout of the preferences.</summary>
    public const string AsPreferences = "preferences";

    private const int MostIdleMinutes = 1440;

    /// <param name="Id">As the API names it.</param>
    /// <param name="Default">Its value until it is changed.</param>
    /// <param name="Allowed">For people: what it may be.</param>
    /// <param name="Takes">Whether a value is allowed.</param>
    public sealed record Rule(string Id, string Default, string Allowed, Func<string, bool> Takes);

    public static IReadOnlyList<Rule> All { get; } =
    [
        new(PublicSharing, "Disable", "Enable or Disable", value => value is "Enable" or "Disable"),
        new(ActivationTier, "standard", "standard or advanced; both are the same here", value => value is "standard" or "advanced"),
        new(ManagementRole, "$None", "$None or the name of a role, with its path", value => value == "$None" || RolePattern.IsMatch(value)),
        new(IdlePort, "0", "minutes from 0 (never) to 1440", IsMinutes),
        new(IdleCommand, AsPreferences, "preferences, or minutes from 0 (never) to 1440", value => value == AsPreferences || IsMinutes(value)),
        new(Logging, LoggingRequired, "required or ignored", value => value is LoggingRequired or LoggingIgnored),
    ];

    public static Rule? Find(string id) => All.FirstOrDefault(rule => rule.Id == id);

    private static bool IsMinutes(string value) => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) && minutes <= MostIdleMinutes;

    [GeneratedRegex(@"\A([a-zA-Z0-9+=,.@_-]+/)*[a-zA-Z0-9+=,.@_-]{1,64}\z")]
    private static partial Regex RolePattern { get; }
}
