import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax

import defusedxml.ElementTree
import lxml.etree
from flask import Flask, request
from lxml import etree

app = Flask(__name__)
TREE = etree.parse("users.xml", etree.XMLParser(resolve_entities=False))


@app.post("/parse")
def parse():
    data = request.data
    etree.fromstring(data, etree.XMLParser(resolve_entities=True, no_network=False))  # CWE-611
    etree.fromstring(data, etree.XMLParser(resolve_entities=False))
    ET.fromstring(data)  # CWE-776
    defusedxml.ElementTree.fromstring(data)
    etree.fromstring(data, lxml.etree.XMLParser(huge_tree=True, resolve_entities=False))  # CWE-776
    return "", 204


@app.post("/sax")
def sax():
    parser = xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
    parser.parse(request.stream)  # CWE-611
    return "", 204


@app.get("/find")
def find():
    user = request.args["user"]
    one = TREE.xpath("//user[name='%s']" % user)  # CWE-643
    two = TREE.xpath("//user[name=$name]", name=user)
    three = ET.parse("users.xml").getroot().findall("./user[@name='" + user + "']")  # CWE-643
    return {"all": [one, two, three]}
