namespace Postern.Server.CloudTrail;

/// <summary>The kinds of resources as CloudTrail names them, and the part of their ARNs that tells them.</summary>
internal static class ResourceTypes
{
    private static readonly (string Type, string Pattern)[] All =
    [
        ("AWS::SSM::ManagedInstance", ":managed-instance/"), ("AWS::SSM::Session", ":session/"), ("AWS::SSM::Document", ":document/"),
        ("AWS::SSM::ServiceSetting", ":servicesetting/"), ("AWS::IAM::User", ":user/"), ("AWS::IAM::Group", ":group/"), ("AWS::IAM::Role", ":role/"),
        ("AWS::IAM::Policy", ":policy/"), ("AWS::IAM::InstanceProfile", ":instance-profile/"),
    ];

    /// <summary>Null for a kind without a name.</summary>
    public static string? Of(string arn) => All.FirstOrDefault(kind => arn.Contains(kind.Pattern, StringComparison.Ordinal)).Type;

    /// <summary>Null when nothing is of this type.</summary>
    public static string? PatternOf(string type) => All.FirstOrDefault(kind => kind.Type == type).Pattern;
}
