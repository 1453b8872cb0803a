using Postern.Bench.Columns;

namespace Postern.Bench.Servers;

/// <summary>Everything that runs while measurements are taken. Only what the chosen columns need is started.</summary>
internal sealed class Site : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _running = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("postern-bench-").FullName;
    private readonly CancellationToken _cancellation;
    private Gateway? _gateway;
    private Node? _node, _stockNode;
    private SshSite? _ssh;
    private SshServer? _sshServer;

    private Site(CancellationToken cancellationToken) => _cancellation = cancellationToken;

    public LoadTarget Load { get; private set; } = null!;
    public List<Column> Columns { get; } = [];

    /// <summary>Columns that are not there, with the reason.</summary>
    public List<string> Missing { get; } = [];

    /// <summary>Whether one is missing because it did not start.</summary>
    public bool Failed { get; private set; }

    /// <param name="only">Parts of names of columns; all when empty.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<Site> StartAsync(IReadOnlyList<string> only, CancellationToken cancellationToken)
    {
        var site = new Site(cancellationToken);
        try
        {
            site.Load = site.Own(await LoadTarget.StartAsync(cancellationToken));
            await site.AddOursAsync(only);
            await site.AddOthersAsync(only);
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_running.TryPop(out var running))
            await running.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AddOursAsync(IReadOnlyList<string> only)
    {
        string plugin = Repository.Program("session-manager-plugin");
        string? stockPlugin = Repository.Peer("session-manager-plugin"), stockAgent = Repository.Peer("amazon-ssm-agent");
        await AddAsync(only, "postern", null, async name =>
            new PosternColumn(name, "`postern forward`, our agent", await GatewayAsync(), await NodeAsync()));
        await AddAsync(only, "plugin", null, async name =>
            new PluginColumn(name, "our session-manager-plugin, our agent", await GatewayAsync(), await NodeAsync(), plugin));
        const string NoPeers = "POSTERN_PEER_BIN names no folder with AWS's programs";
        var noPlugin = stockPlugin is null ? NoPeers : null;
        var noAgent = stockAgent is null ? NoPeers
            : await Node.PrivateRootAllowedAsync(_cancellation) ? null
            : "AWS's agent needs root and a mount namespace of its own";
        await AddAsync(only, "aws-plugin", noPlugin, async name =>
            new PluginColumn(name, "AWS's plugin, our agent", await GatewayAsync(), await NodeAsync(), stockPlugin!));
        await AddAsync(only, "aws-agent", noAgent, async name =>
            new PluginColumn(name, "our session-manager-plugin, AWS's agent", await GatewayAsync(), await StockNodeAsync(stockAgent!), plugin));
        await AddAsync(only, "aws", noAgent ?? noPlugin, async name =>
            new PluginColumn(name, "AWS's plugin, AWS's agent", await GatewayAsync(), await StockNodeAsync(stockAgent!), stockPlugin!));
    }

    private async Task AddOthersAsync(IReadOnlyList<string> only)
    {
        await AddAsync(only, "ssh-L", null, async name => new SshColumn(name, "`ssh -L` to an OpenSSH server", await SshAsync(), null));
        await AddAsync(only, "ssh-J", null, async name =>
            new SshColumn(name, "`ssh -J -L` through a second OpenSSH server", await SshAsync(), Own(await SshServer.StartAsync((await SshAsync()).Site, "jump", _cancellation))));
        await AddAsync(only, "socat", Repository.OnPath("socat") is null ? "socat is not installed" : null, async _ =>
            new SocatColumn(Own(await SocatServer.StartAsync(FolderOf("socat"), Load.Port, _cancellation))));
        await AddAsync(only, "direct", null, _ => Task.FromResult<Column>(new DirectColumn()));
    }

    private async Task AddAsync(IReadOnlyList<string> only, string name, string? unavailable, Func<string, Task<Column>> make)
    {
        if (only.Count > 0 && !only.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase)))
            return;
        if (unavailable is not null)
        {
            Missing.Add($"{name}: {unavailable}");
            return;
        }
        try
        {
            Columns.Add(await make(name));
        }
        catch (Exception e) when (!_cancellation.IsCancellationRequested)
        {
            // The other columns can still be measured.
            Failed = true;
            Missing.Add($"{name}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private async Task<Gateway> GatewayAsync() => _gateway ??= Own(await Gateway.StartAsync(FolderOf("gateway"), _cancellation));

    private async Task<Node> NodeAsync() => _node ??= Own(await Node.StartAsync(await GatewayAsync(), FolderOf("node"), _cancellation));

    private async Task<Node> StockNodeAsync(string agent) =>
        _stockNode ??= Own(await Node.StartStockAsync(await GatewayAsync(), FolderOf("stock-node"), agent, _cancellation));

    private async Task<SshServer> SshAsync()
    {
        _ssh ??= await SshSite.MakeAsync(FolderOf("ssh"), _cancellation);
        return _sshServer ??= Own(await SshServer.StartAsync(_ssh, "node", _cancellation));
    }

    private string FolderOf(string name) => Path.Combine(_folder, name);

    private T Own<T>(T running) where T : IAsyncDisposable
    {
        _running.Push(running);
        return running;
    }
}
