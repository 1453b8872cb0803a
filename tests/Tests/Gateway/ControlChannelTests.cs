using System.Data.Common;
using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Gateway;
using Postern.Server.Nodes;
using Postern.Server.Settings;
using Postern.Server.Storage;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Gateway;

/// <summary>Who keeps a control channel and who cannot keep a node from having one.</summary>
public sealed class ControlChannelTests
{
    [Fact]
    public async Task A_node_deregistered_while_its_channel_opens_keeps_none()
    {
        var database = new PausingDatabase();
        await using var host = await ServerHost.StartAsync(replace: services => services.AddSingleton<Database>(provider => database.Over(provider.GetRequiredService<ServerOptions>().Data)));
        using var node = await FakeNode.RegisterAsync(host);
        var (_, answer) = await node.PostAsync($"/v1/control-channel/{node.Id}");
        using var socket = await node.UpgradeAsync($"/v1/control-channel/{node.Id}?role=subscribe&stream=input");

        var marked = database.PauseAfter(writes: 2); // the token is used up, the node is marked connected
        await FakeNode.SendTextAsync(socket, $$"""{"TokenValue":"{{FakeNode.TokenOf(answer)}}"}""");
        var goOn = await marked.WaitAsync(Deadline.Time);
        await host.CreateApiClient().CallAsync(SsmOperations.DeregisterManagedInstance, new DeregisterManagedInstanceRequest { InstanceId = node.Id }, default);
        goOn.SetResult();

        Assert.Null(await FakeEnd.Agent(socket).TryReceiveAsync());
        await FakeNode.ConnectedAsync(host, node.Id, false);
    }

    [Fact]
    public async Task Strangers_who_open_and_say_nothing_keep_no_node_out()
    {
        await using var host = await ServerHost.StartAsync(replace: services => services.AddSingleton(new RelayOptions { MaxOpening = 1 }));
        using var node = await FakeNode.RegisterAsync(host);
        var url = new Uri(host.SocketEndpoint, "/v1/data-channel/admin-00000000000000000").AbsoluteUri;
        using var silent = await FakeNode.ConnectClientAsync(host, url);

        Assert.Contains("503", (await Assert.ThrowsAsync<WebSocketException>(() => FakeNode.ConnectClientAsync(host, url))).Message);
        using var control = await node.OpenControlAsync();

        Assert.True(host.Services.GetRequiredService<NodeConnections>().IsConnected(node.Id));
    }

    /// <summary>The gateway's own database, with a write that is done but not told for a while.</summary>
    private sealed class PausingDatabase : Database
    {
        private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<TaskCompletionSource> _paused = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Database _inner = null!;
        private int _writesLeft;

        public override string Description => _inner.Description;

        protected internal override string BytesType => _inner.BytesType;

        public PausingDatabase Over(string folder)
        {
            _inner = Create(SqliteDatabase.Prefix + Path.Combine(folder, "postern.db"));
            return this;
        }

        public Task<TaskCompletionSource> PauseAfter(int writes)
        {
            Volatile.Write(ref _writesLeft, writes);
            return _paused.Task;
        }

        public override Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => _inner.OpenAsync(cancellationToken);

        public override async Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> work, CancellationToken cancellationToken)
        {
            var result = await _inner.WriteAsync(work, cancellationToken);
            if (Interlocked.Decrement(ref _writesLeft) != 0)
                return result;
            _paused.TrySetResult(_goOn);
            await _goOn.Task.WaitAsync(cancellationToken);
            return result;
        }

        public override ValueTask DisposeAsync() => _inner.DisposeAsync();

        protected internal override Task LockMigrationsAsync(DbConnection connection, CancellationToken cancellationToken) => _inner.LockMigrationsAsync(connection, cancellationToken);
    }
}
