using System.Text.RegularExpressions;

namespace Postern.Server.Iam.Policies.Reading;

/// <summary>Reads the Principal of a trust policy.</summary>
internal static partial class PrincipalReader
{
    private const string Everyone = "*";

    public static PrincipalClause Read(JsonElementAt element)
    {
        if (element.Shape == JsonShape.String)
            return element.Text == Everyone ? new(true, Set(), Set(), Set(), Set())
                : throw element.Fault("a principal is \"*\" or an object with AWS, Service or Federated, such as {\"AWS\": \"arn:aws:iam::123456789012:root\"}");
        if (element.Shape != JsonShape.Object)
            throw element.Fault($"a principal is \"*\" or an object with AWS, Service or Federated, not {element.Described}");
        var members = Elements.Of(element, ["AWS", "Service", "Federated"], "Principal");
        if (members.Count == 0)
            throw element.Fault("the principal is empty; name one with AWS, Service or Federated");

        HashSet<string> accounts = Set(), names = Set(), services = Set(), federated = Set();
        var everyone = false;
        foreach (var item in Items(members, "AWS"))
            if (item.Text == Everyone)
                everyone = true;
            else if (Account.Match(item.Text) is { Success: true } account)
                accounts.Add(account.Groups["id"].Value);
            else if (Principal.IsMatch(item.Text))
                names.Add(item.Text);
            else
                throw item.Fault($"\"{JsonTree.Shown(item.Text)}\" is no principal; write \"*\", an account's twelve digits, or the ARN of an account's root, a user, a role or a role session, without wildcards");
        foreach (var item in Items(members, "Service"))
            services.Add(Service.IsMatch(item.Text) ? item.Text : throw item.Fault($"\"{JsonTree.Shown(item.Text)}\" is no service principal; write one such as ssm.amazonaws.com"));
        foreach (var item in Items(members, "Federated"))
            federated.Add(Provider.IsMatch(item.Text) ? item.Text : throw item.Fault($"\"{JsonTree.Shown(item.Text)}\" is no identity provider; write its name or its ARN, without wildcards"));
        return new(everyone, accounts, names, services, federated);
    }

    private static HashSet<string> Set() => new(StringComparer.Ordinal);

    private static List<JsonElementAt> Items(Dictionary<string, JsonElementAt> members, string kind)
        => members.TryGetValue(kind, out var value) ? Elements.Texts(value, "principals") : [];

    [GeneratedRegex(@"\A(arn:aws[a-z-]*:iam::(?<id>[0-9]{12}):root|(?<id>[0-9]{12}))\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Account { get; }

    [GeneratedRegex(@"\A(arn:aws[a-z-]*:(iam::[0-9]{12}:(user|role)|sts::[0-9]{12}:(assumed-role|federated-user))/[A-Za-z0-9+=,.@_/-]{1,600}|A(IDA|ROA)[A-Z0-9]{12,124})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Principal { get; }

    [GeneratedRegex(@"\A[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Service { get; }

    [GeneratedRegex(@"\A[A-Za-z0-9:/._@=+,-]{1,2048}\z")]
    private static partial Regex Provider { get; }
}
