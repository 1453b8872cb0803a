using System.Text.RegularExpressions;
using Postern.Server.Api;

namespace Postern.Server.Identity.Sts;

/// <summary>What members of STS's requests may be.</summary>
internal static partial class StsRules
{
    public const int MinSeconds = 900;
    private const string NameModel = @"[\w+=,.@-]*";

    public static readonly TextRule SessionName = new(2, 64, Name(), NameModel), SourceIdentity = SessionName;
    public static readonly TextRule ExternalId = new(2, 1224, External(), @"[\w+=,.@:\/-]*");
    public static readonly TextRule SessionPolicy = new(1, 2048, IdentityRules.Document.Pattern, IdentityRules.Document.Model);
    public static readonly TextRule Arn = new(20, 2048), MfaSerial = new(9, 256), MfaCode = new(6, 6);

    [GeneratedRegex(@"\A[A-Za-z0-9_+=,.@-]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z0-9_+=,.@:/-]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex External();
}
