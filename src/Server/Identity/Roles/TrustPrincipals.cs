using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Protocol.AwsJson;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Identity.Roles;

/// <summary>
/// The users and roles of the account that trust policies name. Stored are their ids, so that whoever later gets the name of a deleted one is not trusted; shown
/// is the ARN that they have now, or the id when they are no more, as in AWS. All else in a document stays as it was written.
/// </summary>
internal static partial class TrustPrincipals
{
    private const int IdsAtOnce = 500;
    private static readonly IReadOnlyList<IdentityKind> Kinds = [IdentityKind.User, IdentityKind.Role];

    /// <param name="transaction">Where the principals are looked up.</param>
    /// <param name="document">Found to be a trust policy.</param>
    /// <exception cref="AwsErrorException">MalformedPolicyDocument: it names a user or role that is not there.</exception>
    public static async Task<string> StoreAsync(IdentityTransaction transaction, string document)
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in NamesIn(document).Where(name => IsOwn(name, transaction.Account)))
            ids[name] = await FindIdAsync(transaction, name) ?? throw IdentityErrors.MalformedPolicy($"Invalid principal in policy: \"AWS\":\"{name}\"");
        return Replace(document, ids);
    }

    /// <summary>Puts ARNs in place of ids in the trust policies of roles as they come from their table.</summary>
    public static async Task ShowAsync(IdentityTransaction transaction, IReadOnlyList<IdentityRow> roles)
    {
        var arns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var some in roles.SelectMany(role => NamesIn(role.TrustPolicy!)).Where(name => Id.IsMatch(name)).Distinct().Chunk(IdsAtOnce))
            foreach (var kind in Kinds)
            {
                var conditions = new SqlConditions().In(kind.IdColumn, some);
                foreach (var row in await transaction.ListAsync<IdentityRow>($"SELECT {kind.IdColumn} AS id, name, path FROM {kind.Table} WHERE {conditions.Sql}", conditions.Parameters))
                    arns[row.Id] = transaction.ArnOf(kind, row);
            }
        foreach (var role in arns.Count == 0 ? [] : roles)
            role.TrustPolicy = Replace(role.TrustPolicy!, arns);
    }

    private static bool IsOwn(string name, string account)
        => Id.IsMatch(name) || Kinds.Any(kind => name.StartsWith(kind.Arn(account, "/", ""), StringComparison.Ordinal));

    private static async Task<string?> FindIdAsync(IdentityTransaction transaction, string name)
    {
        foreach (var kind in Kinds)
            if (name.StartsWith(kind.Prefix, StringComparison.Ordinal))
                return await transaction.CountAsync($"SELECT COUNT(*) FROM {kind.Table} WHERE {kind.IdColumn} = @name", SqlParameters.Of(new { name })) > 0 ? name : null;
            else if (name.StartsWith(kind.Arn(transaction.Account, "/", ""), StringComparison.Ordinal))
                return await transaction.SingleAsync<IdentityRow>($"SELECT {kind.IdColumn} AS id, name, path FROM {kind.Table} WHERE lower(name) = lower(@last)",
                    SqlParameters.Of(new { last = name[(name.LastIndexOf('/') + 1)..] })) is { } row && transaction.ArnOf(kind, row) == name ? row.Id : null;
        return null;
    }

    private static List<string> NamesIn(string document)
    {
        var names = new List<string>();
        Visit(Encoding.UTF8.GetBytes(document), (name, _, _) => names.Add(name));
        return names;
    }

    private static string Replace(string document, Dictionary<string, string> names)
    {
        if (names.Count == 0) return document;
        var utf8 = Encoding.UTF8.GetBytes(document);
        var (text, copied) = (new StringBuilder(document.Length), 0);
        Visit(utf8, (name, start, end) =>
        {
            if (!names.TryGetValue(name, out var other)) return;
            text.Append(Encoding.UTF8.GetString(utf8.AsSpan(copied, start - copied))).Append('"').Append(other).Append('"');
            copied = end;
        });
        return text.Append(Encoding.UTF8.GetString(utf8.AsSpan(copied))).ToString();
    }

    /// <summary>Every string under Statement, Principal, AWS, with the places of its quotation marks: of the first, and behind the last.</summary>
    private static void Visit(byte[] utf8, Action<string, int, int> each)
    {
        var reader = new Utf8JsonReader(utf8);
        var members = new Stack<string>(); // the member of each object that the reader is in
        while (reader.Read())
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    members.Push("");
                    break;
                case JsonTokenType.EndObject:
                    members.Pop();
                    break;
                case JsonTokenType.PropertyName:
                    members.Pop();
                    members.Push(reader.GetString()!);
                    break;
                case JsonTokenType.String when members.SequenceEqual(["AWS", "Principal", "Statement"]): // the innermost is first
                    each(reader.GetString()!, (int)reader.TokenStartIndex, (int)reader.BytesConsumed);
                    break;
                default:
                    break;
            }
    }

    [GeneratedRegex(@"\A(AIDA|AROA)[A-Z0-9]+\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Id { get; }
}
