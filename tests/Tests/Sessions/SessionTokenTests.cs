using Postern.Server.Sessions;
using Postern.Server.Storage;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Sessions;

public sealed class SessionTokenTests
{
    private static readonly ManualTime Time = new();

    [Theory, EachDatabase]
    public async Task A_token_opens_its_own_side_of_its_own_session_once(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new SessionStore(fixture.Database, Time);
        var (mine, other) = (await NewAsync(store, "mine"), await NewAsync(store, "other"));
        await store.SetTokenAsync(mine, SessionSide.Agent, SessionToken.HashOf("agent"), Time.GetUtcNow().AddMinutes(1), default);

        Assert.False(await store.UseTokenAsync(mine, SessionSide.Client, "wrong", default));
        Assert.False(await store.UseTokenAsync(mine, SessionSide.Client, "", default));
        Assert.False(await store.UseTokenAsync(mine, SessionSide.Client, new string('x', 100_000), default));
        Assert.False(await store.UseTokenAsync(mine, SessionSide.Client, "other", default)); // of another session
        Assert.False(await store.UseTokenAsync(mine, SessionSide.Client, "agent", default)); // of the other side
        Assert.False(await store.UseTokenAsync(mine, SessionSide.Agent, "mine", default));
        Assert.False(await store.UseTokenAsync("admin-00000", SessionSide.Client, "mine", default));
        Assert.True(await store.UseTokenAsync(mine, SessionSide.Client, "mine", default)); // none of that used it up
        Assert.False(await store.UseTokenAsync(mine, SessionSide.Client, "mine", default)); // replayed
        Assert.True(await store.UseTokenAsync(mine, SessionSide.Agent, "agent", default));
        Assert.True(await store.UseTokenAsync(other, SessionSide.Client, "other", default));
    }

    [Theory, EachDatabase]
    public async Task Of_many_sockets_with_one_token_one_gets_in(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new SessionStore(fixture.Database, Time);
        var id = await NewAsync(store, "token");

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => store.UseTokenAsync(id, SessionSide.Client, "token", default))));

        Assert.Single(results, used => used);
    }

    [Theory, EachDatabase]
    public async Task A_token_expires_and_is_replaced_by_a_newer_one(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var time = new ManualTime();
        var store = new SessionStore(fixture.Database, time);
        var id = await NewAsync(store, "first");
        await store.SetTokenAsync(id, SessionSide.Client, SessionToken.HashOf("second"), time.GetUtcNow().AddMinutes(5), default);

        Assert.False(await store.UseTokenAsync(id, SessionSide.Client, "first", default));
        time.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromMilliseconds(1));
        Assert.False(await store.UseTokenAsync(id, SessionSide.Client, "second", default));
        await store.DeleteExpiredTokensAsync(default);
        Assert.Null(await fixture.Database.QuerySingleOrDefaultAsync<string>("SELECT client_token FROM sessions WHERE id = @id", SqlParameters.Of(new { id }), default));
    }

    [Theory, EachDatabase]
    public async Task A_control_token_opens_the_channel_of_its_node_once(DatabaseKind kind)
    {
        await using var fixture = await DatabaseFixture.CreateAsync(kind);
        var store = new SessionStore(fixture.Database, Time);
        await store.SetControlTokenAsync("mi-1", SessionToken.HashOf("old"), Time.GetUtcNow().AddMinutes(5), default);
        await store.SetControlTokenAsync("mi-1", SessionToken.HashOf("new"), Time.GetUtcNow().AddMinutes(5), default);

        Assert.False(await store.UseControlTokenAsync("mi-1", "old", default));
        Assert.False(await store.UseControlTokenAsync("mi-2", "new", default));
        Assert.True(await store.UseControlTokenAsync("mi-1", "new", default));
        Assert.False(await store.UseControlTokenAsync("mi-1", "new", default));
    }

    [Fact]
    public void Tokens_are_random_and_fit_the_public_model()
    {
        var tokens = Enumerable.Range(0, 100).Select(_ => SessionToken.Create()).ToHashSet();
        Assert.Equal(100, tokens.Count);
        Assert.All(tokens, token => Assert.Matches("^[A-Za-z0-9_-]{43}$", token));
    }

    [Theory]
    [InlineData("admin", "admin-")]
    [InlineData("jane doe/ops", "jane-doe-ops-")]
    [InlineData("a@b.c", "a@b.c-")]
    [InlineData("..", "user-")]
    [InlineData("", "user-")]
    [InlineData("jäne", "j-ne-")]
    public void A_session_id_is_the_name_made_safe_and_17_digits(string name, string prefix)
    {
        var id = SessionId.Create(name);
        Assert.StartsWith(prefix, id);
        Assert.Matches("^[0-9a-f]{17}$", id[prefix.Length..]);
        Assert.True(SessionId.IsValid(id));
    }

    [Fact]
    public void A_session_id_is_never_longer_than_96_characters()
        => Assert.Equal(96, SessionId.Create(new string('n', 300)).Length);

    private static async Task<string> NewAsync(SessionStore store, string token)
    {
        var row = SessionRows.New();
        await store.InsertAsync(row, SessionToken.HashOf(token), Time.GetUtcNow().AddMinutes(5), 0, default);
        return row.Id;
    }
}
