using System.Security.Cryptography;
using Postern.Protocol.Recordings;
using Postern.Server.Iam;
using Postern.Server.Storage;

namespace Postern.Server.Recordings;

/// <summary>
/// The keys of recordings: one signs their ends, one seals the key that each recording has, one the search index. They stand in the database, sealed with the master key, so that
/// a change of the master key leaves the files as they are. Gateways that share a database share them.
/// </summary>
internal sealed class RecordingKeys(Database database, MasterKey master, TimeProvider time) : IHostedService, IDisposable
{
    private const string Signing = "signing", Sealing = "sealing", Indexing = "indexing", Purpose = "recording-keys";

    private readonly Sealer _sealer = new(master, Purpose);
    private byte[] _sealing = [], _indexing = [];

    /// <summary>Signs the ends of recordings. Locked while it is used: it is for one thread at a time.</summary>
    public ECDsa Signer { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>SubjectPublicKeyInfo, base64.</summary>
    public string PublicKey { get; private set; } = "";

    /// <summary>What the keys of recordings are sealed with.</summary>
    public ReadOnlyMemory<byte> SealingKey => _sealing;

    /// <summary>What the search index is sealed with.</summary>
    public byte[] IndexKey => _indexing;

    /// <summary>The key of a new recording.</summary>
    /// <param name="sessionId">Its session.</param>
    /// <param name="slot">For its header.</param>
    public byte[] NewDataKey(string sessionId, out byte[] slot)
    {
        var key = RandomNumberGenerator.GetBytes(RecordingFormat.DataKeySize);
        slot = KeySlot.WriteSealed(_sealing, key, sessionId);
        return key;
    }

    /// <summary>
    /// Opens a recording to go on with it, or to believe its end: it has to be the gateway's, of this session, and to be signed with the gateway's key. Whoever was given a copy has the
    /// key that its chunks are sealed with, but not that one.
    /// </summary>
    /// <exception cref="RecordingDamagedException">It is something else, or damaged.</exception>
    public async Task<RecordingReader> OpenAsync(Stream file, string sessionId, CancellationToken cancellationToken)
    {
        var reader = await RecordingReader.OpenOwnAsync(file, SealingKey, sessionId, cancellationToken);
        if (reader.Facts.PublicKey == PublicKey)
            return reader;
        reader.Dispose();
        throw new RecordingDamagedException(-1, "The header names another key than the gateway's for the signature: somebody else made the file.");
    }

    /// <summary>Reads the keys, or makes them; what an earlier master key sealed is sealed anew.</summary>
    /// <exception cref="DatabaseException">They were sealed with another master key.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var (signing, sealing, indexing) = await database.WriteAsync(async connection =>
        {
            await database.LockMigrationsAsync(connection, cancellationToken); // of gateways that start together, one makes the keys
            var rows = (await connection.QueryAsync<KeyRow>("SELECT name, sealed_key FROM recording_keys", null, cancellationToken)).ToDictionary(row => row.Name);
            return (await KeyAsync(Signing, Signer.ExportPkcs8PrivateKey), await KeyAsync(Sealing, () => RandomNumberGenerator.GetBytes(RecordingFormat.DataKeySize)),
                await KeyAsync(Indexing, () => RandomNumberGenerator.GetBytes(RecordingFormat.DataKeySize)));

            async Task<byte[]> KeyAsync(string name, Func<byte[]> make)
            {
                var generation = 1;
                var key = !rows.TryGetValue(name, out var row) ? make()
                    : _sealer.TryOpen(row.SealedKey, name, out generation) ?? throw new DatabaseException($"The keys of recordings in {database.Description} were sealed with another master.key. Use the master.key the database was made with.");
                if (generation > 0)
                    await connection.ExecuteAsync(
                        "INSERT INTO recording_keys (name, sealed_key, created_at) VALUES (@name, @sealedKey, @now) ON CONFLICT (name) DO UPDATE SET sealed_key = excluded.sealed_key",
                        SqlParameters.Of(new { name, sealedKey = _sealer.Seal(key, name), now = time.GetUtcNow().ToUnixTimeMilliseconds() }), cancellationToken);
                return key;
            }
        }, cancellationToken);
        Signer.ImportPkcs8PrivateKey(signing, out _);
        (_sealing, _indexing) = (sealing, indexing);
        PublicKey = Convert.ToBase64String(Signer.ExportSubjectPublicKeyInfo());
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => Signer.Dispose();

    /// <summary>How many were not sealed with the current master key.</summary>
    public static async Task<int> CountEarlierAsync(Database database, MasterKey master, CancellationToken cancellationToken)
    {
        var sealer = new Sealer(master, Purpose);
        return (await database.QueryAsync<KeyRow>("SELECT name, sealed_key FROM recording_keys", null, cancellationToken))
            .Count(row => sealer.TryOpen(row.SealedKey, row.Name, out var generation) is null || generation > 0);
    }

    private sealed class KeyRow
    {
        public string Name { get; set; } = "";
        public byte[] SealedKey { get; set; } = [];
    }
}
