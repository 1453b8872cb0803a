using System.Globalization;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Documents;
using Postern.Server.Iam;
using Postern.Server.Iam.Policies;
using Postern.Server.Nodes;

namespace Postern.Server.Sessions;

/// <summary>Sessions, and what a new one reaches, as resources of permissions.</summary>
internal sealed class SessionResources(SessionStore store, SessionDocuments documents, NodeResources nodes)
{
    private const string ResourceTag = "ssm:resourceTag/";
    private const string DocumentCheck = "ssm:SessionDocumentAccessCheck", OwnerTag = "ssm:resourceTag/aws:ssmmessages:session-id", TargetTag = "ssm:resourceTag/aws:ssmmessages:target-id";

    /// <summary>
    /// The node; and the document, when it is named, or when the node is allowed only by a statement that asks for the document to be
    /// checked. Where a tunnel leads are condition keys of both.
    /// </summary>
    public async ValueTask<IReadOnlyList<Touched>> StartAsync(StartSessionRequest request, CallContext context, CancellationToken cancellationToken)
    {
        var name = SessionDocuments.WithoutOwner(request.DocumentName ?? SessionDocuments.Default);
        var snapshot = documents.Remembered;
        context.Seen = snapshot; // what is allowed is what is started
        var keys = KeysOf(snapshot, name, request);
        var node = await nodes.FindAsync(request.Target, context, cancellationToken);
        // The document has no tags of the node's: by these keys one statement can be about both.
        keys.AddRange(node.Keys.Where(key => key.Name.StartsWith(ResourceTag, StringComparison.Ordinal))
            .Select(key => new ConditionKey(ConditionKeys.NodeTag + key.Name[ResourceTag.Length..], key.Values)).ToList());
        node = node with { Keys = [.. node.Keys, .. keys] };
        var checkedNode = node with { Keys = [.. node.Keys, new ConditionKey(DocumentCheck, "true")] };
        var document = new Touched(context.Arns.Document(name)) { Keys = [.. keys, new ConditionKey(DocumentCheck, "true")] };
        return request.DocumentName is not null
            ? [checkedNode, document]
            : [node with { Keys = [.. node.Keys, new ConditionKey(DocumentCheck, "false")], Otherwise = [checkedNode, document] }];
    }

    /// <summary>
    /// A session, with its owner and its node as AWS tags them. It is named by its id, and by its owner's user id in place of the name, since
    /// published policies have both. One that does not exist has neither.
    /// </summary>
    public async ValueTask<Touched> FindAsync(string? sessionId, CallContext context, CancellationToken cancellationToken)
    {
        var id = sessionId ?? "";
        var row = SessionId.IsValid(id) ? await store.FindAsync(id, cancellationToken) : null;
        return row is null ? new Touched(context.Arns.Session(id)) : Of(id, row.OwnerId, row.NodeId, context.Arns);
    }

    /// <summary>The gateway that looks after a session; null: there is none, or it is over.</summary>
    public async ValueTask<string?> GatewayOfLiveAsync(string? sessionId, CancellationToken cancellationToken)
        => SessionId.IsValid(sessionId) && await store.FindAsync(sessionId!, cancellationToken) is { } row && !row.Status.IsEnded() ? row.Gateway : null;

    /// <summary>The gateway that looks after a session, or did.</summary>
    public async ValueTask<string?> GatewayOfAsync(string? sessionId, CancellationToken cancellationToken)
        => SessionId.IsValid(sessionId) ? (await store.FindAsync(sessionId!, cancellationToken))?.Gateway : null;

    /// <summary>A session that is known.</summary>
    public static Touched Of(string id, string ownerId, string nodeId, Arns arns) => new([arns.Session(id), arns.Session($"{ownerId}{id[id.LastIndexOf('-')..]}")])
    {
        Keys = [new ConditionKey(OwnerTag, ownerId), new ConditionKey(TargetTag, nodeId)],
    };

    private static List<ConditionKey> KeysOf(DocumentSnapshot snapshot, string name, StartSessionRequest request)
    {
        var keys = new List<ConditionKey>();
        if (Resolve(snapshot, name, request) is not { } resolved)
            return keys;
        keys.Add(new ConditionKey("postern:SessionType", resolved.SessionType));
        if (resolved.Destination is not { } destination)
            return keys;
        keys.Add(new ConditionKey("postern:RemoteHost", destination.Address?.ToString() ?? destination.Host.ToLowerInvariant().TrimEnd('.')));
        if (destination.Address is { } address)
            keys.Add(new ConditionKey("postern:RemoteAddress", address.ToString()));
        keys.Add(new ConditionKey("postern:RemotePort", destination.Port.ToString(CultureInfo.InvariantCulture)));
        return keys;
    }

    /// <summary>Null when the document or its parameters will be refused, in words that are for callers who may start sessions.</summary>
    private static ResolvedSession? Resolve(DocumentSnapshot snapshot, string name, StartSessionRequest request)
    {
        try
        {
            return snapshot.Latest(name) is { } document ? snapshot.Resolve(document, request.Parameters) : null;
        }
        catch (AwsErrorException)
        {
            return null; // said by the operation, once the caller may call it
        }
    }
}
