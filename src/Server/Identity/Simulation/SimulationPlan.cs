using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam.Policies;

namespace Postern.Server.Identity.Simulation;

/// <summary>What a simulation is asked: every action with every resource, a page of it at a time.</summary>
internal sealed record SimulationPlan(IReadOnlyList<string> Actions, IReadOnlyList<string> Resources, NamedPolicy? Boundary, int First, int Size, string Scope)
{
    private const int MaxItems = 1000, UsualItems = 100, MaxNames = 1000, MaxEntries = 256, MaxValues = 256;

    private static readonly TextRule Action = new(3, 128), Resource = new(1, 2048), Key = new(5, 256), Value = new(0, 2048), Marker = new(1, PageToken.MaxLength), Option = new(1, 64);
    private static readonly string[] Types = ["string", "stringList", "numeric", "numericList", "boolean", "booleanList", "ip", "ipList", "binary", "binaryList", "date", "dateList"];

    public ConditionContext Given { get; private init; } = new();

    /// <summary>All pages.</summary>
    public int Total => Actions.Count * Resources.Count;

    /// <param name="request">Everything but the policies is read from it; Check is the caller's.</param>
    /// <param name="boundary">The permissions boundary given in the request.</param>
    public static SimulationPlan Read(QueryRequest request, NamedPolicy? boundary)
    {
        var actions = request.Texts("ActionNames", MaxNames, Action);
        request.Must(actions.Count > 0, "ActionNames", "Member must not be null");
        foreach (var action in actions)
            request.Must(action.IndexOf(':') > 0 && !action.EndsWith(':') && action.AsSpan().IndexOfAny("*?") < 0, "ActionNames", "Actions are a service and an operation without wildcards, such as ssm:StartSession");
        var resources = request.Texts("ResourceArns", MaxNames, Resource);
        request.Must(request.Optional("ResourcePolicy", new TextRule(0, PolicyLimits.DocumentLength)) is null, "ResourcePolicy", "Nothing here has a policy of its own; leave it out");
        request.Optional("ResourceOwner", Resource);
        request.Optional("ResourceHandlingOption", Option);
        var caller = request.Optional("CallerArn", Resource);
        var given = new ConditionContext();
        if (caller is not null)
            given.Add("aws:PrincipalArn", caller);
        foreach (var entry in request.Items("ContextEntries", MaxEntries))
        {
            entry.OptionalOneOf("ContextKeyType", Types);
            given.Set(entry.Required("ContextKeyName", Key), entry.Texts("ContextKeyValues", MaxValues, Value));
        }
        var scope = PageToken.Scope("SimulatePolicy", [("Actions", actions), ("Resources", resources)]);
        var first = PageToken.Read(scope, request.Optional("Marker", Marker));
        return new(actions, resources.Count == 0 ? ["*"] : resources, boundary,
            Place(first), request.Number("MaxItems", 1, MaxItems) ?? UsualItems, scope)
        { Given = given };
    }

    // Anybody can make a token; it only must not be taken for more than a place in the list.
    private static int Place(string position)
        => position.Length == 0 ? 0 : int.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out var first) ? first
            : throw new AwsErrorException("InvalidInput", "Marker is not one that this operation gave for these actions and resources.");

    /// <summary>The principal with the boundary and the context of the request instead of its own.</summary>
    public SimulatedPrincipal Over(SimulatedPrincipal principal)
    {
        var keys = new ConditionContext(principal.Keys);
        foreach (var entry in Given.Keys)
        {
            var values = Given.Find(entry);
            keys.Set(entry, [.. Enumerable.Range(0, values.Count).Select(index => values[index])]);
        }
        return new(Boundary is null ? principal.Policies : principal.Policies with { Boundary = Boundary }, keys);
    }
}
