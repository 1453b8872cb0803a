using Postern.Server.Iam.Policies.Patterns;

namespace Postern.Server.Iam.Policies.Reading;

/// <summary>Reads one statement.</summary>
/// <param name="use">What the policy is for.</param>
/// <param name="variables">Whether its version has policy variables.</param>
internal sealed class StatementReader(PolicyUse use, bool variables)
{
    private static readonly string[] Known =
        ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

    public Statement Read(JsonElementAt element, int index)
    {
        if (element.Shape != JsonShape.Object)
            throw element.Fault($"a statement is an object, not {element.Described}");
        var members = Elements.Of(element, Known, "a statement");
        var effect = Effect(element, members);
        return new Statement
        {
            Index = index,
            Bytes = ((int)element.Start, (int)element.End),
            Sid = Sid(members),
            Effect = effect,
            Principal = Principal(element, members),
            Action = Action(element, members),
            Resource = Resource(element, members, effect),
            Conditions = members.TryGetValue("Condition", out var condition) ? ConditionReader.Read(condition, effect, variables) : [],
        };
    }

    private static Effect Effect(JsonElementAt element, Dictionary<string, JsonElementAt> members)
    {
        if (!members.TryGetValue("Effect", out var effect))
            throw element.Fault("Effect is missing; it is Allow or Deny");
        return Elements.Text(effect) switch
        {
            "Allow" => Policies.Effect.Allow,
            "Deny" => Policies.Effect.Deny,
            var other => throw effect.Fault($"Effect is Allow or Deny, not \"{JsonTree.Shown(other)}\""),
        };
    }

    private static string? Sid(Dictionary<string, JsonElementAt> members)
    {
        if (!members.TryGetValue("Sid", out var element) || Elements.Text(element) is not { Length: > 0 } sid)
            return null;
        if (sid.Length > PolicyLimits.SidLength || !sid.All(char.IsAsciiLetterOrDigit))
            throw element.Fault($"a Sid is at most {PolicyLimits.SidLength} letters (A-Z, a-z) and digits, not \"{JsonTree.Shown(sid)}\"");
        return sid;
    }

    private PrincipalClause? Principal(JsonElementAt element, Dictionary<string, JsonElementAt> members)
    {
        // AWS has NotPrincipal in policies of resources only.
        if (members.TryGetValue("NotPrincipal", out var not))
            throw not.Fault(use == PolicyUse.Trust ? "a trust policy cannot have NotPrincipal; deny with a condition on aws:PrincipalArn" : "an identity policy cannot say for whom it is; leave NotPrincipal out");
        members.TryGetValue("Principal", out var principal);
        return use switch
        {
            PolicyUse.Identity => principal is null ? null : throw principal.Fault("an identity policy cannot say for whom it is; leave Principal out"),
            _ => principal is not null ? PrincipalReader.Read(principal) : throw element.Fault("Principal is missing; a trust policy says who may assume the role"),
        };
    }

    private ActionClause Action(JsonElementAt element, Dictionary<string, JsonElementAt> members)
    {
        var (clause, negated) = Either(element, members, "Action");
        if (clause is null)
            throw element.Fault("Action is missing; a statement has Action or NotAction");
        var items = Elements.Texts(clause, "actions");
        var patterns = new TextPattern[items.Count];
        for (var i = 0; i < patterns.Length; i++)
        {
            CheckAction(items[i]);
            patterns[i] = PatternReader.Read(items[i].Text, wildcards: true, variables: false, out _)!;
        }
        return new ActionClause(negated, patterns);
    }

    private void CheckAction(JsonElementAt item)
    {
        var text = item.Text;
        var colon = text.IndexOf(':');
        var service = colon < 0 ? "" : text[..colon];
        if (text != "*" && (service.Length == 0 || colon == text.Length - 1))
            throw item.Fault($"an action is a service and an operation, such as ssm:StartSession or ssm:*, not \"{JsonTree.Shown(text)}\"");
        if (text != "*" && service != "*" && !service.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw item.Fault($"\"{JsonTree.Shown(service)}\" is no service; wildcards stand behind the colon");
        if (!text.AsSpan(colon + 1).ToString().All(c => char.IsAsciiLetterOrDigit(c) || c is '*' or '?' or '-' or '_' or '.'))
            throw item.Fault($"an operation has letters, digits and wildcards only, not \"{JsonTree.Shown(text)}\"");
        if (use == PolicyUse.Trust && !service.Equals("sts", StringComparison.OrdinalIgnoreCase))
            throw item.Fault($"a trust policy has actions of sts only, such as sts:AssumeRole, not \"{JsonTree.Shown(text)}\"");
    }

    private ResourceClause? Resource(JsonElementAt element, Dictionary<string, JsonElementAt> members, Effect effect)
    {
        var (clause, negated) = Either(element, members, "Resource");
        if (use == PolicyUse.Trust)
            return clause is null ? null : throw clause.Fault("a trust policy has no resource but its role; leave the element out");
        if (clause is null)
            throw element.Fault("Resource is missing; a statement has Resource or NotResource, \"*\" for any");
        var items = Elements.Texts(clause, "resources");
        var patterns = new TextPattern[items.Count];
        for (var i = 0; i < patterns.Length; i++)
            patterns[i] = ResourceReader.Read(items[i], variables);
        return new ResourceClause(negated, patterns, effect);
    }

    private static (JsonElementAt? Clause, bool Negated) Either(JsonElementAt element, Dictionary<string, JsonElementAt> members, string name)
    {
        var positive = members.GetValueOrDefault(name);
        var negative = members.GetValueOrDefault($"Not{name}");
        if (positive is not null && negative is not null)
            throw element.Fault($"a statement has {name} or Not{name}, not both");
        return (positive ?? negative, negative is not null);
    }
}
