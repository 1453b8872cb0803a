namespace Postern.Server.Api;

/// <summary>A service of the query protocol.</summary>
/// <param name="Name">What requests are signed for, and the prefix of its actions.</param>
/// <param name="Version">The date that names its API; requests carry it.</param>
/// <param name="Namespace">Of the XML in its answers.</param>
internal sealed record QueryService(string Name, string Version, string Namespace)
{
    public static readonly QueryService Iam = new("iam", "2010-05-08", "https://iam.amazonaws.com/doc/2010-05-08/");
    public static readonly QueryService Sts = new("sts", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/");
}
