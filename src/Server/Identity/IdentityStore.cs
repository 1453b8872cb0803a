using Postern.Server.Iam;
using Postern.Server.Settings;
using Postern.Server.Storage;

namespace Postern.Server.Identity;

/// <summary>The tables of identity. Every change goes through <see cref="PrincipalStore"/>, so that the next call of anybody sees it.</summary>
internal sealed class IdentityStore(Database database, PrincipalStore principals, ServerOptions options, TimeProvider time)
{
    /// <summary>Changes take turns: what <paramref name="work"/> has looked at stays as it is until it is done. When it throws, nothing was changed.</summary>
    public Task<T> WriteAsync<T>(Func<IdentityTransaction, Task<T>> work, CancellationToken cancellationToken)
        => principals.WriteAsync(connection => work(new IdentityTransaction(connection, options.Account, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken)), cancellationToken);

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<IdentityTransaction, Task> work, CancellationToken cancellationToken)
        => WriteAsync(async transaction =>
        {
            await work(transaction);
            return true;
        }, cancellationToken);

    public async Task<T> ReadAsync<T>(Func<IdentityTransaction, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        return await work(new IdentityTransaction(connection, options.Account, time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken));
    }
}
