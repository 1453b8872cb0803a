using Postern.Protocol.AwsJson;
using Postern.Server.Iam;

namespace Postern.Server.Api;

/// <summary>
/// The operations the gateway serves. Each feature adds its own while the gateway starts:
/// <c>operations.Add(SsmOperations.StartSession, Access.User, "ssm:StartSession", startSession.HandleAsync)</c>.
/// </summary>
internal sealed class OperationRegistry
{
    private readonly Dictionary<string, Operation> _operations = new(StringComparer.Ordinal);

    /// <summary>Everything registered, for tests that hold every operation to its permission.</summary>
    public IReadOnlyCollection<Operation> All => _operations.Values;

    /// <param name="operation">Target and shapes.</param>
    /// <param name="access">Who may call it.</param>
    /// <param name="action">The permission's name, such as ssm:StartSession; refusals name it.</param>
    /// <param name="handler">Runs after the caller was authenticated and found to satisfy <paramref name="access"/>. Expected failures are AwsErrorException.</param>
    public void Add<TRequest, TResponse>(AwsOperation<TRequest, TResponse> operation, Access access, string action,
        Func<TRequest, CallContext, CancellationToken, Task<TResponse>> handler)
    {
        if (!_operations.TryAdd(operation.Target, new Operation<TRequest, TResponse>(operation, access, action, handler)))
            throw new InvalidOperationException($"The operation {operation.Target} is registered twice.");
    }

    public Operation? Find(string target) => _operations.GetValueOrDefault(target);
}
