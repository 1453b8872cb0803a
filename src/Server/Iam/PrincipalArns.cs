namespace Postern.Server.Iam;

/// <summary>The names of what identity knows. They have no region; a path begins and ends with a slash.</summary>
internal static class PrincipalArns
{
    /// <summary>Where the managed policies that are part of the program live.</summary>
    public const string OwnedByAws = "arn:aws:iam::aws:policy/";

    public static string User(string account, string path, string name) => $"arn:aws:iam::{account}:user{path}{name}";
    public static string Group(string account, string path, string name) => $"arn:aws:iam::{account}:group{path}{name}";
    public static string Role(string account, string path, string name) => $"arn:aws:iam::{account}:role{path}{name}";
    public static string Policy(string account, string path, string name) => $"arn:aws:iam::{account}:policy{path}{name}";
    public static string InstanceProfile(string account, string path, string name) => $"arn:aws:iam::{account}:instance-profile{path}{name}";

    /// <summary>A role in use: its path does not appear.</summary>
    public static string AssumedRole(string account, string role, string sessionName) => $"arn:aws:sts::{account}:assumed-role/{role}/{sessionName}";
}
