using AioHub.TestKit;

namespace AioHub.House.Tests.TestKit;

public sealed class TempFolderTests
{
    [Fact]
    public void It_is_gone_with_everything_in_it()
    {
        string file;
        using (var folder = new TempFolder())
        {
            file = folder.Write("a/b.txt", "x");
            File.ReadAllText(file).ShouldBe("x");
        }

        File.Exists(file).ShouldBeFalse();
    }

    [Fact]
    public void The_repository_is_found() => File.Exists(Repository.PathOf("src/AioHub.Wire/AioHub.Wire.csproj")).ShouldBeTrue();
}
