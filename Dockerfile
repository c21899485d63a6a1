# The book, built and served: docker build -t book . && docker run --rm -p 8000:8000 book
FROM python:3.11-slim
RUN apt-get -qq update && apt-get -qq install -y --no-install-recommends make
WORKDIR /book
COPY Makefile LICENSE pyproject.toml _config.yml _toc.yml index.md requirements.in requirements.txt ./
COPY book book
COPY code code
RUN make book
EXPOSE 8000
CMD ["python", "-m", "http.server", "--directory", "_build/html", "8000"]
