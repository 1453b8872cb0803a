using System.Text.Json.Nodes;
using Postern.Server.Iam.Policies;

namespace Postern.Tests.Iam.Policies;

/// <summary>Policies and requests at random, of so few words that they often meet.</summary>
internal sealed class PolicyGenerator(int seed)
{
    private static readonly string[] Actions = ["*", "ssm:*", "ssm:Start*", "ssm:StartSession", "ssm:TerminateSession", "ssm:*Session", "iam:GetUser", "iam:Get?ser", "SSM:startsession"];
    private static readonly string[] Asked = ["ssm:StartSession", "ssm:TerminateSession", "iam:GetUser"];
    private static readonly string[] Resources = ["*", "arn:aws:ssm:*:*:managed-instance/*", "arn:aws:ssm:r:1:session/${aws:username}-*", "arn:aws:ssm:r:1:session/anna-?", "arn:aws:ec2:*:*:instance/*"];
    private static readonly string[][] Touched = [["*"], ["arn:aws:ssm:r:1:managed-instance/mi-1", "arn:aws:ec2:r:1:instance/mi-1"], ["arn:aws:ssm:r:1:session/anna-1"], ["arn:aws:ssm:r:1:session/bert-1"]];
    private static readonly string[] Operators =
        ["StringEquals", "StringNotEquals", "StringLike", "StringNotLikeIfExists", "ForAnyValue:StringEquals", "ForAllValues:StringLike", "ForAnyValue:StringNotEquals", "ForAllValues:StringNotLike", "StringEqualsIfExists", "Null"];
    private static readonly string[] Keys = ["aws:username", "ssm:resourceTag/env", "aws:TagKeys"];
    private static readonly string[] Values = ["anna", "bert", "prod", "dev", "*", "${aws:username}", "p*"];

    private readonly Random _random = new(seed);

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public JsonObject Statement(string? effect = null)
    {
        var statement = new JsonObject { ["Effect"] = effect ?? (_random.Next(3) == 0 ? "Deny" : "Allow") };
        statement[OneIn(5) ? "NotAction" : "Action"] = Some(Actions);
        statement[OneIn(5) ? "NotResource" : "Resource"] = Some(Resources);
        if (OneIn(2))
            statement["Condition"] = Condition();
        return statement;
    }

    public List<JsonObject> Statements() => [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => Statement())];

    public List<List<JsonObject>> Policies() => [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => Statements())];

    public AuthorizationQuery Query()
    {
        var context = new ConditionContext();
        foreach (var key in Keys)
            if (OneIn(2))
                context.Set(key, [.. Enumerable.Range(0, key == "aws:TagKeys" ? _random.Next(3) : 1).Select(_ => Pick(Values))]);
        return new(Pick(Asked), Pick(Touched), context);
    }

    public static string Json(IEnumerable<JsonObject> statements)
        => new JsonObject { ["Version"] = PolicyDocument.CurrentVersion, ["Statement"] = new JsonArray([.. statements.Select(statement => statement.DeepClone())]) }.ToJsonString();

    public static NamedPolicy Policy(IEnumerable<JsonObject> statements) => new("policy", PolicyDocument.Parse(Json(statements), PolicyUse.Identity));

    public static PolicySet Set(IEnumerable<IEnumerable<JsonObject>> policies) => new([.. policies.Select(Policy)]);

    public IReadOnlyList<T> Shuffled<T>(IEnumerable<T> items)
    {
        var result = items.ToArray();
        _random.Shuffle(result);
        return result;
    }

    private JsonObject Condition()
    {
        var condition = new JsonObject();
        for (var i = _random.Next(1, 3); i > 0; i--)
        {
            var op = Pick(Operators);
            condition[op] = new JsonObject { [Pick(Keys)] = op == "Null" ? OneIn(2) ? "true" : "false" : Some(Values) };
        }
        return condition;
    }

    private JsonNode Some(string[] from) => OneIn(2) ? Pick(from) : new JsonArray([.. Enumerable.Range(0, _random.Next(1, 3)).Select(_ => (JsonNode)Pick(from))]);

    private bool OneIn(int n) => _random.Next(n) == 0;
}
