using System.Text.RegularExpressions;
using Postern.Server.Api;

namespace Postern.Server.Identity;

/// <summary>What members of IAM's requests may be, as its model says.</summary>
internal static partial class IdentityRules
{
    private const string NameModel = @"[\w+=,.@-]+", PathModel = @"(\u002F)|(\u002F[\u0021-\u007F]+\u002F)", TagModel = @"[\p{L}\p{Z}\p{N}_.:/=+\-@]+";
    private const string DocumentModel = @"[\u0009\u000A\u000D\u0020-\u00FF]+", DescriptionModel = @"[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*";

    public static readonly TextRule NewUserName = new(1, 64, Name(), NameModel), RoleName = NewUserName, Name128 = new(1, 128, Name(), NameModel);
    public static readonly TextRule Path = new(1, 512, PathPattern(), PathModel), PathPrefix = new(1, 512, PathPrefixPattern(), @"\u002F[\u0021-\u007F]*");
    public static readonly TextRule PolicyPath = new(1, 512, PolicyPathPattern(), @"((/[A-Za-z0-9\.,\+@=_-]+)*)/");
    public static readonly TextRule Arn = new(20, 2048), Document = new(1, 131_072, DocumentPattern(), DocumentModel);
    public static readonly TextRule RoleDescription = new(0, 1000, Description(), DescriptionModel), PolicyDescription = new(0, 1000);
    public static readonly TextRule TagKey = new(1, 128, Tag(), TagModel), TagValue = new(0, 256, Tag(), TagModel);
    public static readonly TextRule AccessKeyId = new(16, 128, Word(), @"[\w]+"), VersionId = new(2, 20, Version(), "v[1-9][0-9]*");
    public static readonly TextRule Marker = new(1, 1024);

    // \w of AWS's model is that of Java: ASCII.
    [GeneratedRegex(@"\A[A-Za-z0-9_+=,.@-]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[A-Za-z0-9_]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    [GeneratedRegex(@"\A/(?:[\u0021-\u007E]+/)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\A/[\u0021-\u007E]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex PathPrefixPattern();

    [GeneratedRegex(@"\A(?:/[A-Za-z0-9.,+@=_-]+)*/\z", RegexOptions.NonBacktracking)]
    private static partial Regex PolicyPathPattern();

    [GeneratedRegex(@"\A[\u0009\u000A\u000D\u0020-\u00FF]+\z", RegexOptions.NonBacktracking)]
    private static partial Regex DocumentPattern();

    [GeneratedRegex(@"\A[\p{L}\p{M}\p{Z}\p{S}\p{N}\p{P}]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Description();

    [GeneratedRegex(@"\A[\p{L}\p{Z}\p{N}_.:/=+\-@]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\Av[1-9][0-9]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Version();
}
