using Postern.Protocol.AwsJson;
using Postern.Server.Api;

namespace Postern.Tests.Api;

public sealed class PageTokenTests
{
    private const string Scope = "DescribeThings";

    [Theory]
    [InlineData("mi-0123456789abcdef0")]
    [InlineData("ünïcode and spaces")]
    public void A_token_gives_its_position_back(string position) => Assert.Equal(position, PageToken.Read(Scope, PageToken.Write(Scope, position)));

    [Fact]
    public void No_token_is_the_first_page() => Assert.Equal("", PageToken.Read(Scope, null));

    [Fact]
    public void A_token_changed_anywhere_is_refused()
    {
        var token = PageToken.Write(Scope, "mi-0123456789abcdef0");
        for (var i = 0; i < token.Length - 1; i++) // the last character may hold bits that mean nothing
            AssertRefused(token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("=====")]
    [InlineData("AAAAAAAAAAAAAAAA")]
    [InlineData("not base64 at all!")]
    public void Anything_else_is_refused(string token) => AssertRefused(token);

    [Fact]
    public void A_huge_token_is_refused() => AssertRefused(new string('A', 1_000_000));

    [Fact]
    public void A_position_that_no_database_would_take_is_refused()
    {
        AssertRefused(PageToken.Write(Scope, "mi-0123\0"));
        AssertRefused(PageToken.Write(Scope, "mi-0123\0456"));
    }

    [Fact]
    public void A_token_of_another_request_is_refused() => AssertRefused(PageToken.Write("DescribeOthers", "mi-0123456789abcdef0"));

    private static void AssertRefused(string token)
        => Assert.Equal("InvalidNextToken", Assert.Throws<AwsErrorException>(() => PageToken.Read(Scope, token)).Code);
}
