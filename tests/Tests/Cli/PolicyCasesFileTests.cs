using Postern.Cli.Commands;
using Postern.Cli.Output;

namespace Postern.Tests.Cli;

public class PolicyCasesFileTests
{
    [Fact]
    public void Cases_have_the_file_s_context_under_their_own()
    {
        var test = Assert.Single(PolicyCasesFile.Parse("f", """
            {"context":{"aws:username":"anna","a:list":["x",1]},
             "cases":[{"name":"n","action":"ssm:StartSession","resource":["arn:1","arn:2"],"context":{"AWS:UserName":"ben","a:on":true},"expect":"denied","statement":2}]}
            """));

        Assert.Equal(("n", false, "2"), (test.Name, test.Allowed, test.Statement));
        var touched = Assert.Single(test.Touched);
        Assert.Equal(["arn:1", "arn:2"], touched.Resources!);
        Assert.Equal(["ben"], touched.Context!["aws:username"]);
        Assert.Equal(["x", "1"], touched.Context["a:list"]);
        Assert.Equal(["true"], touched.Context["a:on"]);
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "the file must be an object")]
    [InlineData("""{"case":[]}""", "the file has \"case\"; it may have context, cases")]
    [InlineData("""{"cases":[]}""", "a list of 1 to")]
    [InlineData("""{"cases":[{"expect":"allowed"}]}""", "case 1 has no \"action\"")]
    [InlineData("""{"cases":[{"action":"a:b","expect":"yes"}]}""", "must be allowed or denied")]
    [InlineData("""{"cases":[{"action":"a:b","expect":"allowed","ressource":"x"}]}""", "case 1 has \"ressource\"")]
    [InlineData("""{"cases":[{"action":"a:b","expect":"allowed","resource":{}}]}""", "must be a text")]
    [InlineData("""{"cases":[{"action":"a:b","expect":"allowed","context":{"a:b":"1","A:B":"2"}}]}""", "in different case")]
    [InlineData("""{"cases":[{"action":"a:b","action":"a:c","expect":"allowed"}]}""", "not valid JSON")]
    public void A_mistake_in_the_file_is_named(string text, string words)
        => Assert.Contains(words, Assert.Throws<CommandException>(() => PolicyCasesFile.Parse("f", text)).Message);
}
