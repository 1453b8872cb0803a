using Microsoft.Extensions.Logging.Abstractions;
using Postern.Protocol.Audit;
using Postern.Server.Audit;
using Postern.Server.Iam;
using Postern.Server.Settings;
using Postern.Server.Storage;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Audit;

/// <summary>An audit log over a real database, without the rest of the gateway.</summary>
internal sealed class AuditWorld : IAsyncDisposable
{
    private static readonly ServerOptions Options = new();
    private readonly TempFolder _folder = new();

    private AuditWorld(DatabaseFixture fixture)
    {
        Fixture = fixture;
        var master = MasterKey.LoadOrCreate(_folder["master.key"]);
        Key = AuditChain.KeysFrom(File.ReadAllBytes(_folder["master.key"]));
        Store = new AuditStore(fixture.Database, master);
        Log = NewLog();
    }

    public DatabaseFixture Fixture { get; }
    public AuditStore Store { get; }
    public IReadOnlyList<byte[]> Key { get; }
    public ManualTime Time { get; } = new();
    public AuditLog Log { get; private set; }
    public string MasterKeyFile => _folder["master.key"];
    public string WitnessFile => _folder["audit.head"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<AuditWorld> CreateAsync(DatabaseKind kind = DatabaseKind.Sqlite)
    {
        var world = new AuditWorld(await DatabaseFixture.CreateAsync(kind));
        await world.Log.StartAsync(Cancel);
        return world;
    }

    public static AuditEvent Event(string name, string? errorCode = null, string user = "alice") => new()
    {
        Service = "ssm",
        Name = name,
        Principal = new AuditPrincipal("IAMUser", "AIDAALICE", $"arn:aws:iam::000000000000:user/{user}", "000000000000", user, "AKIAALICE"),
        SourceAddress = "192.0.2.7",
        UserAgent = "aws-cli/2",
        RequestId = "request",
        Resources = ["arn:aws:ssm:us-east-1:000000000000:managed-instance/mi-1"],
        ErrorCode = errorCode,
        ErrorMessage = errorCode is null ? null : "No.",
        RequestParameters = """{"target":"mi-1"}""",
    };

    public async Task RecordAsync(int count)
    {
        for (var i = 0; i < count; i++)
            await Log.RecordAsync(Event($"Event{i + 1}", i % 3 == 2 ? "AccessDeniedException" : null));
    }

    /// <summary>A new process over the same data.</summary>
    public async Task RestartAsync()
    {
        await Log.StopAsync(Cancel);
        Log = NewLog();
        await Log.StartAsync(Cancel);
    }

    public Task<int> ExecuteAsync(string sql, SqlParameters? parameters = null) => Fixture.Database.ExecuteAsync(sql, parameters, Cancel);

    /// <summary>What "postern audit verify" finds: the first fault, or null. Through the export, as it does.</summary>
    public async Task<string?> VerifyAsync(bool withKey = true)
    {
        var lines = new List<string>();
        if (await Store.FindMarkAsync(AuditMark.Base, Cancel) is { } start)
            lines.Add(AuditLine.Write(start));
        lines.AddRange((await Store.PageAsync(0, 10_000, Cancel)).Select(AuditLine.Write));
        if (await Store.FindMarkAsync(AuditMark.Head, Cancel) is { } head)
            lines.Add(AuditLine.Write(head));
        var all = lines.Select(AuditLine.Read).ToList();
        var verifier = new AuditVerifier(all.FirstOrDefault(line => line.Mark?.Name == AuditMark.Base).Mark, withKey ? Key : null);
        return verifier.CheckStart()
            ?? all.Where(line => line.Entry is not null).Select(line => verifier.Add(line.Entry!)).FirstOrDefault(fault => fault is not null)
            ?? verifier.Finish(all.FirstOrDefault(line => line.Mark?.Name == AuditMark.Head).Mark);
    }

    public async ValueTask DisposeAsync()
    {
        await Log.StopAsync(CancellationToken.None);
        await Fixture.DisposeAsync();
        _folder.Dispose();
    }

    private AuditLog NewLog() => new(Store, new AuditWitness(WitnessFile), Options, Time, NullLogger<AuditLog>.Instance);
}
