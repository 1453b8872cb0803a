using System.Text.Json.Nodes;

namespace Postern.Conformance.Support.Persons;

/// <summary>A user besides the administrator, with a key.</summary>
/// <param name="Arn">Of the user.</param>
/// <param name="Environment">The key, as programs take it.</param>
internal sealed record OtherUser(string Arn, IReadOnlyDictionary<string, string?> Environment)
{
    /// <param name="gateway">Where.</param>
    /// <param name="name">Of the user.</param>
    /// <param name="actions">Allowed on everything.</param>
    public static async Task<OtherUser> MakeAsync(Gateway gateway, string name, params string[] actions)
    {
        var policy = new JsonObject
        {
            ["Version"] = "2012-10-17",
            ["Statement"] = new JsonArray(new JsonObject { ["Effect"] = "Allow", ["Action"] = new JsonArray([.. actions.Select(action => JsonValue.Create(action))]), ["Resource"] = "*" }),
        };
        await AwsCli.TextAsync(gateway, "iam", "create-user", "--user-name", name);
        await AwsCli.TextAsync(gateway, "iam", "put-user-policy", "--user-name", name, "--policy-name", "may", "--policy-document", policy.ToJsonString());
        var key = JsonNode.Parse(await AwsCli.TextAsync(gateway, "--output", "json", "iam", "create-access-key", "--user-name", name))!["AccessKey"]!;
        return new($"arn:aws:iam::000000000000:user/{name}", new Dictionary<string, string?>
        {
            ["AWS_ACCESS_KEY_ID"] = (string?)key["AccessKeyId"],
            ["AWS_SECRET_ACCESS_KEY"] = (string?)key["SecretAccessKey"],
        });
    }
}
