using Postern.Protocol.AwsJson;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>
/// The operations the gateway serves. Each feature adds its own while the gateway starts:
/// <c>operations.Add(SsmOperations.DeregisterManagedInstance, Access.User, "ssm:DeregisterManagedInstance", (request, context) => …, handler)</c>.
/// There is no default for who may call it, nor for what it touches.
/// </summary>
internal sealed class OperationRegistry
{
    private readonly Dictionary<string, Operation> _operations = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Name, string Version), QueryOperation> _queries = [];

    /// <summary>Everything registered, in both protocols, for tests that hold every operation to its permission.</summary>
    public IReadOnlyCollection<Operation> All => [.. _operations.Values, .. _queries.Values];

    /// <param name="operation">Target and shapes.</param>
    /// <param name="access">Which kind of caller it is for; a hard rule, no policy changes it.</param>
    /// <param name="action">The permission's name, such as ssm:StartSession; refusals name it.</param>
    /// <param name="touches">Names what the request touches, before it is allowed: it may look tags and owners up, and tells the caller nothing of them.</param>
    /// <param name="handler">Runs after the caller was authenticated and allowed everything that <paramref name="touches"/> named. Expected failures are AwsErrorException.</param>
    /// <param name="goesOn">Whether a call goes on with one that was recorded: when it succeeds it is not recorded again. Null: none does.</param>
    /// <param name="gateway">Which gateway has what the call is about, of those that share the database; asked when there can be others. Null: any may answer.</param>
    public void Add<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, Access access, string action,
        Func<TRequest, CallContext, CancellationToken, ValueTask<IReadOnlyList<Touched>>> touches,
        Func<TRequest, CallContext, CancellationToken, Task<TResponse>> handler, Func<TRequest, bool>? goesOn = null,
        Func<TRequest, CancellationToken, ValueTask<string?>>? gateway = null)
    {
        if (!_operations.TryAdd(operation.Target, new Operation<TRequest, TResponse>(operation, access, action, touches, handler, goesOn, gateway)))
            throw new InvalidOperationException($"The operation {operation.Target} is registered twice.");
    }

    /// <summary>An operation whose request alone says what it touches: one resource.</summary>
    public void Add<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, Access access, string action,
        Func<TRequest, CallContext, Touched> touches, Func<TRequest, CallContext, CancellationToken, Task<TResponse>> handler)
        => Add(operation, access, action, (request, context, _) => ValueTask.FromResult<IReadOnlyList<Touched>>([touches(request, context)]), handler);

    /// <summary>An operation that always touches the same, mostly <see cref="Touched.Anything"/>; <see cref="Touched.Nothing"/> needs no permission.</summary>
    public void Add<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, Access access, string action,
        Touched touches, Func<TRequest, CallContext, CancellationToken, Task<TResponse>> handler)
    {
        IReadOnlyList<Touched> always = touches == Touched.Nothing ? [] : [touches];
        Add(operation, access, action, (_, _, _) => ValueTask.FromResult(always), handler);
    }

    /// <summary>An operation of the query protocol; its action is SERVICE:NAME.</summary>
    public void Add(QueryService service, string name, Access access, QueryTouches touches, QueryHandler handler)
    {
        if (!_queries.TryAdd((name, service.Version), new QueryOperation(service, name, access, touches, handler)))
            throw new InvalidOperationException($"The operation {service.Name}:{name} is registered twice.");
    }

    /// <summary>One of the query protocol that always touches the same.</summary>
    public void Add(QueryService service, string name, Access access, Touched touches, QueryHandler handler)
    {
        IReadOnlyList<Touched> always = touches == Touched.Nothing ? [] : [touches];
        Add(service, name, access, (_, _, _) => ValueTask.FromResult(always), handler);
    }

    public QueryOperation? FindQuery(string name, string version) => _queries.GetValueOrDefault((name, version));

    public Operation? Find(string target) => _operations.GetValueOrDefault(target);
}
