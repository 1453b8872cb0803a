using Postern.Server.Iam;
using Postern.Server.Settings;
using Postern.Tests.Support;

namespace Postern.Tests.Iam;

public sealed class MasterKeyTests : IDisposable
{
    private const string Hex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private const string OtherHex = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";

    private readonly TempFolder _folder = new();
    private readonly Dictionary<string, string> _environment = [];

    private ServerOptions Options => new() { Data = _folder.Path };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Named_file_then_environment_then_credential_then_data_folder()
    {
        Assert.Equal(_folder["master.key"], Find(Options).File);
        _environment["CREDENTIALS_DIRECTORY"] = _folder.Path;
        Assert.Equal(_folder["master.key"], Find(Options).File); // systemd gave other credentials only
        File.WriteAllText(_folder["postern-master-key"], OtherHex + "\n");
        Assert.Null(Find(Options).File);
        Assert.Equal(MasterKey.Parse(OtherHex, "test").Derive("x"), Find(Options).Load().Derive("x"));
        _environment[MasterKeySource.Variable] = Hex;
        Assert.Equal(MasterKey.Parse(Hex, "test").Derive("x"), Find(Options).Load().Derive("x"));
        File.WriteAllBytes(_folder["named"], Convert.FromHexString(OtherHex));
        Assert.Equal(MasterKey.Parse(OtherHex, "test").Derive("x"), Find(Options with { MasterKeyFile = _folder["named"] }).Load().Derive("x"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00112233")]
    [InlineData(Hex + "0")]
    [InlineData("zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff")]
    [InlineData($"{Hex},{Hex},{Hex},{Hex},{Hex}")]
    public void Malformed_keys_are_refused_without_being_shown(string text)
    {
        var error = Assert.Throws<InvalidDataException>(() => MasterKey.Parse(text, "the source"));
        Assert.StartsWith("the source", error.Message);
        Assert.True(text.Length == 0 || !error.Message.Contains(text));
    }

    [Fact]
    public void A_named_file_that_is_missing_is_not_made()
    {
        var error = Assert.Throws<InvalidDataException>(() => Find(Options with { MasterKeyFile = _folder["lost"] }).Load());
        Assert.Contains(_folder["lost"], error.Message);
        Assert.False(File.Exists(_folder["lost"]));
    }

    [Fact]
    public void After_a_rotation_everything_is_opened_and_only_the_new_key_seals()
    {
        var path = _folder["master.key"];
        var before = MasterKey.LoadOrCreate(path);
        var sealedBefore = new Sealer(before, "test").Seal("secret"u8, "row");
        var keysBefore = new NodeCredentials(before).Issue("mi-1", DateTimeOffset.UnixEpoch);

        MasterKey.Rotate(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        var after = MasterKey.Load(path);
        Assert.Equal(2, after.Count);
        Assert.Equal("secret"u8, new Sealer(after, "test").TryOpen(sealedBefore, "row", out var generation)!);
        Assert.Equal(1, generation);
        Assert.Null(new Sealer(after, "test").TryOpen(sealedBefore, "another row"));
        Assert.Equal(keysBefore.SecretAccessKey, new NodeCredentials(after).TryOpen(keysBefore.AccessKeyId, keysBefore.SessionToken)!.SecretAccessKey);
        Assert.Null(new Sealer(before, "test").TryOpen(new Sealer(after, "test").Seal("secret"u8, "row"), "row"));

        MasterKey.ForgetEarlier(path);
        var alone = MasterKey.Load(path);
        Assert.Equal(1, alone.Count);
        Assert.Null(new Sealer(alone, "test").TryOpen(sealedBefore, "row"));
        Assert.Null(new NodeCredentials(alone).TryOpen(keysBefore.AccessKeyId, keysBefore.SessionToken));
        Assert.Equal(after.Derive("x"), alone.Derive("x"));
    }

    [Fact]
    public void The_oldest_keys_go_when_there_are_too_many()
    {
        var path = _folder["master.key"];
        var first = MasterKey.LoadOrCreate(path).Derive("x");
        for (var i = 0; i < MasterKey.MaxKeys; i++)
            MasterKey.Rotate(path);
        Assert.Equal(MasterKey.MaxKeys, MasterKey.Load(path).Count);
        Assert.DoesNotContain(first, MasterKey.Load(path).DeriveAll("x"));
    }

    private MasterKeySource Find(ServerOptions options) => MasterKeySource.Find(options, _environment.GetValueOrDefault);
}
