namespace Postern.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Message_ids_swap_their_halves()
    {
        var wire = new byte[16];
        Protocol.Messages.MessageIds.Write(wire, Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        Assert.Equal("8899AABBCCDDEEFF0011223344556677", Convert.ToHexString(wire));
    }
}
